/** Sequences on the CPU, the same tokens. */

import { answerOnCpu } from '../backends/answer_on_cpu'
import { callOf } from '../call'
import { DeviceError, InvalidRowsError } from '../errors'
import { adjustedName } from '../adjust/views'
import { sample } from '../operations/sample/operation'
import type { SampleResult } from '../operations/sample/options'
import type { Logits } from '../options'
import type { Decoded, Decoder, NextOptions, RestartOptions } from './options'
import { type DrawnTokens, GOES_ON, NOTHING_APPENDED, Sequences } from './sequences'
import { type DecoderSettings, appendedOf, decoderSettingsOf, nextOptionsOf, restartedOf, viewed } from './settings'

export class CpuDecoder implements Decoder {
  readonly indices = undefined
  readonly tokens = undefined
  readonly lengths = undefined
  readonly finished = undefined
  readonly tokenStride: number
  #settings: DecoderSettings
  #sequences: Sequences
  #changes: NextOptions

  constructor(options: unknown) {
    this.#settings = decoderSettingsOf(options)
    const { bitmask, bias } = this.#settings.changes
    this.#changes = { bitmask: bitmask && viewed(bitmask), bias: bias && viewed(bias) } as NextOptions
    this.#sequences = new Sequences(this.#settings)
    this.tokenStride = this.#sequences.stride
  }

  async next(logits: Logits, options?: NextOptions): Promise<Int32Array<ArrayBuffer>> {
    const { batchSize, padToken, logProbs, topCount } = this.#settings
    const sequences = this.#sequences
    const call = callOf(
      sample,
      { logits },
      {
        ...this.#draws(),
        ...this.#withBans(nextOptionsOf(options, this.#changes)),
        logProbs,
        ...(topCount > 0 ? { topLogProbs: topCount } : {}),
      },
      false,
    )
    const drawn = answerOnCpu(call) as SampleResult
    const goesOn = (row: number) => sequences.finished[row] === GOES_ON
    const invalid = drawn.invalidRows.filter(({ row }) => goesOn(row))
    if (invalid.length > 0) throw new InvalidRowsError(invalid, NOTHING_APPENDED, adjustedName(call.inputs))
    const lists = topCount > 0 ? { indices: drawn.topIndices!, logProbs: drawn.topLogProbs! } : undefined
    return Int32Array.from({ length: batchSize }, (_, r) => {
      if (!goesOn(r)) return padToken
      sequences.append(r, drawn.indices[r], drawn.logProbs?.[r], lists)
      return drawn.indices[r]
    })
  }

  /** Appends a token to each sequence that goes on, which a device drew. */
  keep({ tokens, logProbs, lists }: DrawnTokens): void {
    tokens.forEach((token, r) => this.#sequences.append(r, token, logProbs[r], lists))
  }

  encodeNext(): never {
    throw new DeviceError("encodeNext records for a GPU; this sampler's backend is 'cpu'")
  }

  append(tokens: Int32Array, lengths?: ArrayLike<number>): void {
    const given = appendedOf(this.#settings, tokens, lengths)
    given.lengths.forEach((length, r) => {
      for (let i = 0; i < length; i++) this.#sequences.append(r, tokens[r * given.room + i])
    })
  }

  restart(rows: ArrayLike<number>, options?: RestartOptions): void {
    this.#sequences.restart(restartedOf(this.#settings, rows, options))
  }

  async read(): Promise<Decoded> {
    return this.#sequences.decoded()
  }

  destroy(): void {}

  /** What the next tokens are drawn with. */
  #draws(): object {
    const { batchSize, numClasses, step, seeds, streams, draws, penalties } = this.#settings
    const { tokens, lengths, promptLengths, stride } = this.#sequences
    return {
      ...draws,
      batchSize,
      numClasses,
      seed: seeds,
      streams,
      step: Array.from({ length: batchSize }, (_, r) => step + this.#sequences.count(r)),
      invalidRows: 'mark',
      ...(penalties
        ? { penalties: { ...penalties, tokens: { data: tokens, length: stride }, lengths, promptLengths } }
        : {}),
    }
  }

  /** The bitmask without stop tokens where they are banned. */
  #withBans({ bitmask, bias }: NextOptions): NextOptions {
    return { bitmask: bansOf(this.#settings, bitmask, (row) => this.#sequences.count(row)), bias }
  }
}

/** The bitmask of each row without stop tokens where a row has too few new ones. */
function bansOf(
  { batchSize, numClasses, minTokens, stopTokens }: DecoderSettings,
  bitmask: NextOptions['bitmask'],
  count: (row: number) => number,
): NextOptions['bitmask'] {
  if (minTokens === 0 || stopTokens.length === 0) return bitmask
  const words = Math.ceil(numClasses / 32)
  const mask = new Uint32Array(batchSize * words).fill(0xffffffff)
  if (bitmask) {
    const { inputs } = callOf(
      sample,
      { logits: new Float32Array(batchSize * numClasses) },
      { batchSize, numClasses, seed: 0, bitmask },
      false,
    )
    const { data, offset, rowStride } = inputs.bitmask
    for (let r = 0; r < batchSize; r++)
      mask.set((data as Int32Array).subarray(offset + r * rowStride, offset + r * rowStride + words), r * words)
  }
  for (let r = 0; r < batchSize; r++)
    if (count(r) < minTokens) for (const stop of stopTokens) mask[r * words + (stop >>> 5)] &= ~(1 << (stop & 31))
  return mask
}
