import { DeviceError, type InvalidRow, InvalidRowsError, destroyedError, invalidRowsOf } from '../errors'
import type {
  GumbelGivenIndexCallOptions,
  GumbelGivenIndexResult,
  Indices,
  ConcreteLogProbOptions,
  GumbelSoftmaxBackwardCallOptions,
  GumbelSoftmaxBackwardResult,
  GumbelSoftmaxCallOptions,
  GumbelSoftmaxResult,
  HostLogits,
  Logits,
  NoiseKind,
  NoiseOptions,
  SampleCallOptions,
  SampleResult,
  Sampler,
  Values,
  Verification,
  VerifyOptions,
} from '../options'
import {
  type Request,
  type Rows,
  densityRequestOf,
  hostIndices,
  hostLogits,
  isBufferIndices,
  isBufferLogits,
  marksInvalid,
  noiseKindOf,
  requestOf,
  requireRelaxed,
  requireSoftSamples,
  rowsOf,
  sampleOutputsOf,
} from '../request'
import { concreteLogProb } from './concrete_log_prob'
import type { NoiseRange } from '../noise_ranges'
import { verifyCpu } from '../verify'
import { requireWords, verifyWords } from '../verify_words'
import { digestNoise } from './digest_noise'
import { generateNoise } from './generate_noise'
import { gumbelGivenIndex } from './gumbel_given_index'
import { gumbelSoftmax } from './gumbel_softmax'
import { gumbelSoftmaxBackward } from './gumbel_softmax_backward'
import { sample } from './sample'

/** Words that are digested before others have a turn: some 50 ms. */
const WORDS_AT_ONCE = 2 ** 18

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
    const invalidRows = this.#invalidRows(draws.statuses, request.numSamples, outputs.markInvalid)
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
    const invalidRows = this.#invalidRows(draws.statuses, request.numSamples, wanted.markInvalid)
    return { samples: draws.samples, indices: draws.indices, logProbs: draws.logProbs, invalidRows }
  }

  encodeGumbelSoftmax(): never {
    throw new DeviceError("encodeGumbelSoftmax records for a GPU; this sampler's backend is 'cpu'")
  }

  async gumbelSoftmaxBackward(
    gradSamples: Values,
    logits: Logits,
    options: GumbelSoftmaxBackwardCallOptions,
  ): Promise<GumbelSoftmaxBackwardResult> {
    this.#check()
    const request = requestOf(options)
    requireRelaxed(options)
    requireSoftSamples(options)
    const mark = marksInvalid(options)
    const view = hostOnly(logits)
    const rows = rowsOf(view, view.data.length, request)
    const grads = drawValues('gradSamples', gradSamples, request)
    const given = options.samples && drawValues('samples', options.samples, request)
    const gradients = gumbelSoftmaxBackward(grads.data, grads.rows, view.data, rows, request, given)
    const invalidRows = this.#invalidRows(gradients.statuses, 1, mark)
    return {
      gradLogits: gradients.gradLogits,
      gradTau: options.gradTau ? gradients.gradTau : undefined,
      gradTemperature: options.gradTemperature ? gradients.gradTemperature : undefined,
      invalidRows,
    }
  }

  encodeGumbelSoftmaxBackward(): never {
    throw new DeviceError("encodeGumbelSoftmaxBackward records for a GPU; this sampler's backend is 'cpu'")
  }

  async concreteLogProb(samples: Values, logits: Logits, options: ConcreteLogProbOptions): Promise<Float32Array> {
    this.#check()
    const request = densityRequestOf(options)
    const mark = marksInvalid(options)
    const view = hostOnly(logits)
    const rows = rowsOf(view, view.data.length, request)
    const y = drawValues('samples', samples, request)
    const { logProbs, statuses } = concreteLogProb(y.data, y.rows, view.data, rows, request)
    this.#invalidRows(statuses, 1, mark)
    return logProbs
  }

  async gumbelGivenIndex(
    logits: Logits,
    indices: Indices,
    options: GumbelGivenIndexCallOptions,
  ): Promise<GumbelGivenIndexResult> {
    this.#check()
    const request = requestOf(options)
    requireRelaxed(options)
    const mark = marksInvalid(options)
    const view = hostOnly(logits)
    if (isBufferIndices(indices)) throw new TypeError("indices are in a GPU buffer; backend 'cpu' takes an Int32Array")
    const rows = rowsOf(view, view.data.length, request)
    const given = gumbelGivenIndex(view.data, rows, hostIndices(indices, request), request)
    return { noise: given.noise, invalidRows: this.#invalidRows(given.statuses, request.numSamples, mark) }
  }

  encodeGumbelGivenIndex(): never {
    throw new DeviceError("encodeGumbelGivenIndex records for a GPU; this sampler's backend is 'cpu'")
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

  async verify(options: VerifyOptions = {}): Promise<Verification> {
    this.#check()
    requireWords(options)
    const digest = async (ranges: readonly NoiseRange[]) => {
      await new Promise((resolve) => setTimeout(resolve)) // So that others have a turn.
      this.#check()
      return digestNoise(ranges)
    }
    return verifyWords(verifyCpu(), digest, WORDS_AT_ONCE, options)
  }

  destroy(): void {
    this.#destroyed = true
  }

  #invalidRows(statuses: Uint32Array, numSamples: number, mark: boolean): InvalidRow[] {
    const rows = invalidRowsOf(statuses, numSamples)
    if (rows.length > 0 && !mark) throw new InvalidRowsError(rows)
    return rows
  }

  #check(): void {
    if (this.#destroyed) throw destroyedError()
  }
}

function hostOnly(logits: Logits | Values, name = 'logits'): HostLogits {
  if (isBufferLogits(logits))
    throw new TypeError(`${name} are in a GPU buffer; backend 'cpu' takes a Float32Array or { data: Float32Array }`)
  return hostLogits(logits, name)
}

/** The caller's row of values for each draw. */
function drawValues(name: string, values: Values, request: Request): { data: Float32Array; rows: Rows } {
  const view = hostOnly(values, name)
  const count = request.batchSize * request.numSamples
  return { data: view.data, rows: rowsOf(view, view.data.length, request, name, count) }
}
