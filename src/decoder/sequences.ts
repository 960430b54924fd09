/** Sequences in host memory: their tokens, how long they are and why they are finished; the twin of `shaders/decoder/append.wgsl`. */

import { reasonOf } from '../errors'
import type { Decoded, Finished } from './options'
import type { DecoderSettings, Restarted } from './settings'

/** Words that say why a sequence is finished, in step with `shaders/decoder/finished.wgsl`. */
export const GOES_ON = 0
export const STOPPED = 1
export const FULL = 2
export const FLAWED = 16

/** What `next` says of rows without a distribution, beside what is wrong with them. */
export const NOTHING_APPENDED = 'no token was appended to any sequence'

/** The most likely classes of rows or tokens, and their log-probabilities: as many of each. */
export interface Lists {
  indices: Int32Array<ArrayBuffer>
  logProbs: Float32Array<ArrayBuffer>
}

/** A token of each sequence, as a device drew it. */
export interface DrawnTokens {
  tokens: Int32Array<ArrayBuffer>
  logProbs: Float32Array<ArrayBuffer>
  lists: Lists | undefined
}

export class Sequences {
  readonly tokens: Int32Array<ArrayBuffer>
  readonly lengths: Int32Array<ArrayBuffer>
  readonly promptLengths: Int32Array<ArrayBuffer>
  readonly finished: Int32Array<ArrayBuffer>
  readonly stride: number
  #logProbs: Float32Array<ArrayBuffer>
  #lists: Lists
  #settings: DecoderSettings

  constructor(settings: DecoderSettings) {
    const { batchSize, maxTokens, maxPromptTokens, prompts, topCount } = settings
    this.#settings = settings
    this.stride = maxPromptTokens + maxTokens
    this.tokens = new Int32Array(batchSize * this.stride)
    this.lengths = new Int32Array(batchSize)
    this.promptLengths = new Int32Array(batchSize)
    this.finished = new Int32Array(batchSize)
    this.#logProbs = new Float32Array(settings.logProbs ? batchSize * maxTokens : 0)
    const listed = batchSize * maxTokens * topCount
    this.#lists = { indices: new Int32Array(listed), logProbs: new Float32Array(listed) }
    this.restart({ rows: prompts.map((_, r) => r), prompts })
  }

  /** New tokens of a sequence. */
  count(row: number): number {
    return this.lengths[row] - this.promptLengths[row]
  }

  /** Appends a token to a sequence, if it goes on; `lists` are of all rows. */
  append(row: number, token: number, logProb = NaN, lists?: Lists): void {
    if (this.finished[row] !== GOES_ON) return
    const { maxTokens, logProbs, stopTokens, topCount } = this.#settings
    if (lists) {
      const at = (row * maxTokens + this.count(row)) * topCount
      const of = <T extends Int32Array | Float32Array>(values: T) =>
        values.subarray(row * topCount, (row + 1) * topCount)
      this.#lists.indices.set(of(lists.indices), at)
      this.#lists.logProbs.set(of(lists.logProbs), at)
    }
    if (logProbs) this.#logProbs[row * maxTokens + this.count(row)] = logProb
    this.tokens[row * this.stride + this.lengths[row]++] = token
    if (this.count(row) >= maxTokens) this.finished[row] = FULL
    if (stopTokens.includes(token)) this.finished[row] = STOPPED
  }

  restart({ rows, prompts }: Restarted): void {
    const room = this.#settings.maxTokens * this.#settings.topCount
    rows.forEach((row, i) => {
      this.#lists.indices.fill(-1, row * room, (row + 1) * room)
      this.#lists.logProbs.fill(NaN, row * room, (row + 1) * room)
      this.tokens.set(prompts[i], row * this.stride)
      this.lengths[row] = this.promptLengths[row] = prompts[i].length
      this.finished[row] = GOES_ON
    })
  }

  decoded(): Decoded {
    return decodedOf(this.#settings, this, this.stride, this.#logProbs, this.#lists)
  }
}

/** What sequences have become, from what is kept of them. */
export function decodedOf(
  { batchSize, maxTokens, logProbs, topCount }: DecoderSettings,
  { tokens, lengths, promptLengths, finished }: Pick<Sequences, 'tokens' | 'lengths' | 'promptLengths' | 'finished'>,
  stride: number,
  kept: Float32Array<ArrayBuffer>,
  lists: Lists,
): Decoded {
  const rows = Array.from({ length: batchSize }, (_, r) => r)
  /** Of each new token of each row so many values. */
  const ofTokens = <T extends Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(values: T, each: number) =>
    rows.map((r) => {
      const begin = r * maxTokens * each
      return values.slice(begin, begin + (lengths[r] - promptLengths[r]) * each) as T
    })
  return {
    tokens: rows.map((r) => tokens.slice(r * stride + promptLengths[r], r * stride + lengths[r])),
    ...(logProbs ? { logProbs: ofTokens(kept, 1) } : {}),
    ...(topCount > 0
      ? { topIndices: ofTokens(lists.indices, topCount), topLogProbs: ofTokens(lists.logProbs, topCount) }
      : {}),
    finished: rows.map((r) => finishedOf(finished[r])),
  }
}

function finishedOf(word: number): Finished | undefined {
  if (word === GOES_ON) return undefined
  if (word === STOPPED) return 'stop'
  return word === FULL ? 'length' : reasonOf(word - FLAWED)
}
