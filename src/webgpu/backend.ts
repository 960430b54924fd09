import { DeviceError } from '../errors'
import type {
  EncodeGumbelSoftmaxOptions,
  GumbelSoftmaxCallOptions,
  GumbelSoftmaxResult,
  EncodeSampleOptions,
  Logits,
  NoiseKind,
  NoiseOptions,
  SampleCallOptions,
  SampleResult,
  Sampler,
  Verification,
} from '../options'
import { noiseKindOf, requestOf } from '../request'
import { Context } from './context'
import { generateNoise } from './generate_noise'
import { encodeGumbelSoftmax, gumbelSoftmax } from './gumbel_softmax'
import { encodeSample, sample } from './sample'

/** The WebGPU backend. */
export class WebGpuSampler implements Sampler {
  readonly backend = 'webgpu'
  readonly device: GPUDevice
  #context: Context
  #own: boolean
  #destroyed = false

  /** `own` says whether the device is the sampler's to destroy. */
  constructor(device: GPUDevice, own: boolean, subgroups = device.features.has('subgroups')) {
    this.device = device
    this.#own = own
    this.#context = new Context(device, subgroups)
  }

  async sample(logits: Logits, options: SampleCallOptions): Promise<SampleResult> {
    return sample(this.#checked(), logits, options)
  }

  encodeSample(encoder: GPUCommandEncoder, options: EncodeSampleOptions): void {
    encodeSample(this.#checked(), encoder, options)
  }

  async gumbelSoftmax(logits: Logits, options: GumbelSoftmaxCallOptions): Promise<GumbelSoftmaxResult> {
    return gumbelSoftmax(this.#checked(), logits, options)
  }

  encodeGumbelSoftmax(encoder: GPUCommandEncoder, options: EncodeGumbelSoftmaxOptions): void {
    encodeGumbelSoftmax(this.#checked(), encoder, options)
  }

  noise(kind: 'bits', options: NoiseOptions): Promise<Uint32Array>
  noise(kind: 'uniform' | 'exponential' | 'gumbel', options: NoiseOptions): Promise<Float32Array>
  async noise(kind: NoiseKind, options: NoiseOptions): Promise<Uint32Array | Float32Array> {
    return generateNoise(this.#checked(), noiseKindOf(kind), requestOf(options))
  }

  async verify(): Promise<Verification> {
    return { ok: false, words: 0, draws: 0, failures: ['todo'] }
  }

  destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    this.#context.destroy()
    if (this.#own) this.device.destroy()
  }

  #checked(): Context {
    if (this.#destroyed) throw new DeviceError('this sampler was destroyed; make another with createSampler()')
    return this.#context
  }
}
