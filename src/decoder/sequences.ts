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

export class Sequences {
  readonly tokens: Int32Array<ArrayBuffer>
  readonly lengths: Int32Array<ArrayBuffer>
  readonly promptLengths: Int32Array<ArrayBuffer>
  readonly finished: Int32Array<ArrayBuffer>
  readonly stride: number
  #logProbs: Float32Array<ArrayBuffer>
  #settings: DecoderSettings

  constructor(settings: DecoderSettings) {
    const { batchSize, maxTokens, maxPromptTokens, prompts } = settings
    this.#settings = settings
    this.stride = maxPromptTokens + maxTokens
    this.tokens = new Int32Array(batchSize * this.stride)
    this.lengths = new Int32Array(batchSize)
    this.promptLengths = new Int32Array(batchSize)
    this.finished = new Int32Array(batchSize)
    this.#logProbs = new Float32Array(settings.logProbs ? batchSize * maxTokens : 0)
    this.restart({ rows: prompts.map((_, r) => r), prompts })
  }

  /** New tokens of a sequence. */
  count(row: number): number {
    return this.lengths[row] - this.promptLengths[row]
  }

  /** Appends a token to a sequence, if it goes on. */
  append(row: number, token: number, logProb = NaN): void {
    if (this.finished[row] !== GOES_ON) return
    const { maxTokens, logProbs, stopTokens } = this.#settings
    if (logProbs) this.#logProbs[row * maxTokens + this.count(row)] = logProb
    this.tokens[row * this.stride + this.lengths[row]++] = token
    if (this.count(row) >= maxTokens) this.finished[row] = FULL
    if (stopTokens.includes(token)) this.finished[row] = STOPPED
  }

  restart({ rows, prompts }: Restarted): void {
    rows.forEach((row, i) => {
      this.tokens.set(prompts[i], row * this.stride)
      this.lengths[row] = this.promptLengths[row] = prompts[i].length
      this.finished[row] = GOES_ON
    })
  }

  decoded(): Decoded {
    return decodedOf(this.#settings, this, this.stride, this.#logProbs)
  }
}

/** What sequences have become, from what is kept of them. */
export function decodedOf(
  { batchSize, maxTokens, logProbs }: DecoderSettings,
  { tokens, lengths, promptLengths, finished }: Pick<Sequences, 'tokens' | 'lengths' | 'promptLengths' | 'finished'>,
  stride: number,
  kept: Float32Array<ArrayBuffer>,
): Decoded {
  const rows = Array.from({ length: batchSize }, (_, r) => r)
  return {
    tokens: rows.map((r) => tokens.slice(r * stride + promptLengths[r], r * stride + lengths[r])),
    ...(logProbs
      ? { logProbs: rows.map((r) => kept.slice(r * maxTokens, r * maxTokens + lengths[r] - promptLengths[r])) }
      : {}),
    finished: rows.map((r) => finishedOf(finished[r])),
  }
}

function finishedOf(word: number): Finished | undefined {
  if (word === GOES_ON) return undefined
  if (word === STOPPED) return 'stop'
  return word === FULL ? 'length' : reasonOf(word - FLAWED)
}
