import type {
  EncodeGumbelGivenIndexOptions,
  GumbelGivenIndexCallOptions,
  GumbelGivenIndexResult,
  Indices,
  ConcreteLogProbOptions,
  EncodeGumbelSoftmaxBackwardOptions,
  EncodeGumbelSoftmaxOptions,
  GumbelSoftmaxBackwardCallOptions,
  GumbelSoftmaxBackwardResult,
  GumbelSoftmaxCallOptions,
  GumbelSoftmaxResult,
  EncodeSampleOptions,
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
import { noiseKindOf, requestOf } from '../request'
import { CpuSampler } from '../cpu/backend'
import { NOISE_RANGES, type NoiseRange } from '../noise_ranges'
import { verifyDevice } from '../verify'
import { requireWords, verifyWords } from '../verify_words'
import { concreteLogProb } from './concrete_log_prob'
import { Context, variantOf } from './context'
import { digestNoise } from './digest_noise'
import { generateNoise } from './generate_noise'
import { encodeGumbelSoftmax, gumbelSoftmax } from './gumbel_softmax'
import { encodeGumbelSoftmaxBackward, gumbelSoftmaxBackward } from './gumbel_softmax_backward'
import { encodeGumbelGivenIndex, gumbelGivenIndex } from './gumbel_given_index'
import { encodeSample, sample } from './sample'

/** Words that are digested in one call: a fraction of a second on a software adapter. */
const WORDS_AT_ONCE = 2 ** 22

/** The WebGPU backend. */
export class WebGpuSampler implements Sampler {
  readonly backend = 'webgpu'
  readonly device: GPUDevice
  #context: Context
  #own: boolean

  /** `own` says whether the device is the sampler's to destroy. */
  constructor(device: GPUDevice, own: boolean, variant = variantOf(device)) {
    this.device = device
    this.#own = own
    this.#context = new Context(device, variant)
  }

  async sample(logits: Logits, options: SampleCallOptions): Promise<SampleResult> {
    return sample(this.#checked(), logits, options)
  }

  encodeSample(encoder: GPUCommandEncoder, options: EncodeSampleOptions): void {
    encodeSample(this.#recording(encoder), encoder, options)
  }

  async gumbelSoftmax(logits: Logits, options: GumbelSoftmaxCallOptions): Promise<GumbelSoftmaxResult> {
    return gumbelSoftmax(this.#checked(), logits, options)
  }

  encodeGumbelSoftmax(encoder: GPUCommandEncoder, options: EncodeGumbelSoftmaxOptions): void {
    encodeGumbelSoftmax(this.#recording(encoder), encoder, options)
  }

  async gumbelSoftmaxBackward(
    gradSamples: Values,
    logits: Logits,
    options: GumbelSoftmaxBackwardCallOptions,
  ): Promise<GumbelSoftmaxBackwardResult> {
    return gumbelSoftmaxBackward(this.#checked(), gradSamples, logits, options)
  }

  encodeGumbelSoftmaxBackward(encoder: GPUCommandEncoder, options: EncodeGumbelSoftmaxBackwardOptions): void {
    encodeGumbelSoftmaxBackward(this.#recording(encoder), encoder, options)
  }

  async concreteLogProb(samples: Values, logits: Logits, options: ConcreteLogProbOptions): Promise<Float32Array> {
    return concreteLogProb(this.#checked(), samples, logits, options)
  }

  async gumbelGivenIndex(
    logits: Logits,
    indices: Indices,
    options: GumbelGivenIndexCallOptions,
  ): Promise<GumbelGivenIndexResult> {
    return gumbelGivenIndex(this.#checked(), logits, indices, options)
  }

  encodeGumbelGivenIndex(encoder: GPUCommandEncoder, options: EncodeGumbelGivenIndexOptions): void {
    encodeGumbelGivenIndex(this.#recording(encoder), encoder, options)
  }

  noise(kind: 'bits', options: NoiseOptions): Promise<Uint32Array>
  noise(kind: 'uniform' | 'exponential' | 'gumbel', options: NoiseOptions): Promise<Float32Array>
  async noise(kind: NoiseKind, options: NoiseOptions): Promise<Uint32Array | Float32Array> {
    return generateNoise(this.#checked(), noiseKindOf(kind), requestOf(options))
  }

  async verify(options: VerifyOptions = {}): Promise<Verification> {
    const digest = (ranges: readonly NoiseRange[]) => digestNoise(this.#checked(), ranges)
    requireWords(options)
    const found = await verifyDevice(this, new CpuSampler(), await digest(NOISE_RANGES))
    return verifyWords(found, digest, WORDS_AT_ONCE, options)
  }

  destroy(): void {
    this.#context.destroy()
    if (this.#own) this.device.destroy()
  }

  #recording(encoder: GPUCommandEncoder): Context {
    const context = this.#checked()
    if (typeof encoder?.beginComputePass !== 'function') throw new TypeError('encoder must be a GPUCommandEncoder')
    return context
  }

  #checked(): Context {
    this.#context.check()
    return this.#context
  }
}
