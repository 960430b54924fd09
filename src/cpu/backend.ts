import { DeviceError, InvalidRowsError, invalidRowsOf } from '../errors'
import type {
  Logits,
  NoiseKind,
  NoiseOptions,
  SampleCallOptions,
  SampleResult,
  Sampler,
  Verification,
} from '../options'
import { hostLogits, isBufferLogits, noiseKindOf, requestOf, rowsOf, sampleOutputsOf } from '../request'
import { generateNoise } from './generate_noise'
import { sample } from './sample'

/** The CPU backend: plain TypeScript, no device, the same tokens. */
export class CpuSampler implements Sampler {
  readonly backend = 'cpu'
  readonly device = undefined
  #destroyed = false

  async sample(logits: Logits, options: SampleCallOptions): Promise<SampleResult> {
    this.#check()
    const request = requestOf(options)
    const outputs = sampleOutputsOf(options)
    if (isBufferLogits(logits))
      throw new TypeError("logits are in a GPU buffer; backend 'cpu' takes a Float32Array or { data: Float32Array }")
    const view = hostLogits(logits)
    const draws = sample(view.data, rowsOf(view, view.data.length, request), request, outputs.logProbs)
    const invalidRows = invalidRowsOf(draws.statuses, request.numSamples)
    if (invalidRows.length > 0 && !outputs.markInvalid) throw new InvalidRowsError(invalidRows)
    return {
      indices: draws.indices,
      logProbs: draws.logProbs,
      scores: outputs.scores ? draws.scores : undefined,
      invalidRows,
    }
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

  #check(): void {
    if (this.#destroyed) throw new DeviceError('this sampler was destroyed; make another with createSampler()')
  }
}
