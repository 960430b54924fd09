import { DeviceError, type InvalidRow, InvalidRowsError, invalidRowsOf } from '../errors'
import type {
  GumbelSoftmaxCallOptions,
  GumbelSoftmaxResult,
  HostLogits,
  Logits,
  NoiseKind,
  NoiseOptions,
  SampleCallOptions,
  SampleResult,
  Sampler,
  Verification,
} from '../options'
import { type Request, hostLogits, isBufferLogits, noiseKindOf, requestOf, rowsOf, sampleOutputsOf } from '../request'
import { generateNoise } from './generate_noise'
import { gumbelSoftmax } from './gumbel_softmax'
import { type Draws, sample } from './sample'

/** The CPU backend: plain TypeScript, no device, the same tokens. */
export class CpuSampler implements Sampler {
  readonly backend = 'cpu'
  readonly device = undefined
  #destroyed = false

  async sample(logits: Logits, options: SampleCallOptions): Promise<SampleResult> {
    this.#check()
    const request = requestOf(options)
    const outputs = sampleOutputsOf(options)
    const view = hostOnly(logits)
    const draws = sample(view.data, rowsOf(view, view.data.length, request), request, outputs.logProbs)
    const invalidRows = this.#invalidRows(draws, request, outputs.markInvalid)
    return {
      indices: draws.indices,
      logProbs: draws.logProbs,
      scores: outputs.scores ? draws.scores : undefined,
      invalidRows,
    }
  }

  async gumbelSoftmax(logits: Logits, options: GumbelSoftmaxCallOptions): Promise<GumbelSoftmaxResult> {
    this.#check()
    const request = requestOf(options)
    const wanted = sampleOutputsOf(options)
    const view = hostOnly(logits)
    const rows = rowsOf(view, view.data.length, request)
    const draws = gumbelSoftmax(view.data, rows, request, options.hard ?? false, wanted.logProbs)
    const invalidRows = this.#invalidRows(draws, request, wanted.markInvalid)
    return { samples: draws.samples, indices: draws.indices, logProbs: draws.logProbs, invalidRows }
  }

  encodeGumbelSoftmax(): never {
    throw new DeviceError("encodeGumbelSoftmax records for a GPU; this sampler's backend is 'cpu'")
  }

  encodeSample(): never {
    throw new DeviceError("encodeSample records for a GPU; this sampler's backend is 'cpu'")
  }

  noise(kind: 'bits', options: NoiseOptions): Promise<Uint32Array>
  noise(kind: 'uniform' | 'exponential' | 'gumbel', options: NoiseOptions): Promise<Float32Array>
  async noise(kind: NoiseKind, options: NoiseOptions): Promise<Uint32Array | Float32Array> {
    this.#check()
    return generateNoise(noiseKindOf(kind), requestOf(options))
  }

  async verify(): Promise<Verification> {
    this.#check()
    return { ok: true, words: 0, draws: 0, failures: [] }
  }

  destroy(): void {
    this.#destroyed = true
  }

  #invalidRows({ statuses }: Draws, { numSamples }: Request, mark: boolean): InvalidRow[] {
    const rows = invalidRowsOf(statuses, numSamples)
    if (rows.length > 0 && !mark) throw new InvalidRowsError(rows)
    return rows
  }

  #check(): void {
    if (this.#destroyed) throw new DeviceError('this sampler was destroyed; make another with createSampler()')
  }
}

function hostOnly(logits: Logits): HostLogits {
  if (isBufferLogits(logits))
    throw new TypeError("logits are in a GPU buffer; backend 'cpu' takes a Float32Array or { data: Float32Array }")
  return hostLogits(logits)
}
