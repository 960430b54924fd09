import { CpuSampler } from './cpu/backend'
import { DeviceError } from './errors'
import { Kept, Spares } from './kept'
import type {
  ConcreteLogProbOptions,
  EncodeGumbelGivenIndexOptions,
  EncodeGumbelSoftmaxBackwardOptions,
  EncodeGumbelSoftmaxOptions,
  EncodeSampleOptions,
  GumbelGivenIndexCallOptions,
  GumbelGivenIndexResult,
  GumbelSoftmaxBackwardCallOptions,
  GumbelSoftmaxBackwardResult,
  GumbelSoftmaxCallOptions,
  GumbelSoftmaxResult,
  Indices,
  Logits,
  NoiseKind,
  NoiseOptions,
  SampleCallOptions,
  SampleResult,
  Sampler,
  SamplerOptions,
  Values,
  Verification,
  VerifyOptions,
} from './options'
import { WebGpuSampler } from './webgpu/backend'
import { onLoss } from './webgpu/device'

/**
 * WebGPU until the device is lost, then the CPU, which draws the same. Calls that were not answered are made again there, so
 * each draws from a copy of what it was given.
 */
export class AutoSampler implements Sampler {
  #gpu: WebGpuSampler
  #cpu = new CpuSampler()
  #spares = new Spares()
  #lost = false
  #onBackendChange: SamplerOptions['onBackendChange']
  #stopListening: () => void

  /** `own` says whether the device is the sampler's to destroy. */
  constructor(device: GPUDevice, own: boolean, onBackendChange?: SamplerOptions['onBackendChange']) {
    this.#gpu = new WebGpuSampler(device, own)
    this.#onBackendChange = onBackendChange
    this.#stopListening = onLoss(device, (error) => this.#goOn(error))
  }

  get backend(): 'webgpu' | 'cpu' {
    return this.#lost ? 'cpu' : 'webgpu'
  }

  get device(): GPUDevice | undefined {
    return this.#lost ? undefined : this.#gpu.device
  }

  async sample(logits: Logits, options: SampleCallOptions): Promise<SampleResult> {
    return this.#run(options, (kept) => {
      const rows = kept.rows('logits', logits)
      return (sampler) => sampler.sample(rows, kept.options)
    })
  }

  async gumbelSoftmax(logits: Logits, options: GumbelSoftmaxCallOptions): Promise<GumbelSoftmaxResult> {
    return this.#run(options, (kept) => {
      const rows = kept.rows('logits', logits)
      return (sampler) => sampler.gumbelSoftmax(rows, kept.options)
    })
  }

  async gumbelSoftmaxBackward(
    gradSamples: Values,
    logits: Logits,
    options: GumbelSoftmaxBackwardCallOptions,
  ): Promise<GumbelSoftmaxBackwardResult> {
    return this.#run(options, (kept) => {
      const grads = kept.draws('gradSamples', gradSamples)
      const rows = kept.rows('logits', logits)
      const samples = options.samples && kept.draws('samples', options.samples)
      return (sampler) => sampler.gumbelSoftmaxBackward(grads, rows, { ...kept.options, samples })
    })
  }

  async concreteLogProb(samples: Values, logits: Logits, options: ConcreteLogProbOptions): Promise<Float32Array> {
    return this.#run(options, (kept) => {
      const draws = kept.draws('samples', samples)
      const rows = kept.rows('logits', logits)
      return (sampler) => sampler.concreteLogProb(draws, rows, kept.options)
    })
  }

  async gumbelGivenIndex(
    logits: Logits,
    indices: Indices,
    options: GumbelGivenIndexCallOptions,
  ): Promise<GumbelGivenIndexResult> {
    return this.#run(options, (kept) => {
      const rows = kept.rows('logits', logits)
      const given = kept.indices(indices)
      return (sampler) => sampler.gumbelGivenIndex(rows, given, kept.options)
    })
  }

  noise(kind: 'bits', options: NoiseOptions): Promise<Uint32Array>
  noise(kind: 'uniform' | 'exponential' | 'gumbel', options: NoiseOptions): Promise<Float32Array>
  async noise(kind: NoiseKind, options: NoiseOptions): Promise<Uint32Array | Float32Array> {
    return this.#run<NoiseOptions, Uint32Array | Float32Array>(
      options,
      (kept) => (sampler) => sampler.noise(kind as 'bits', kept.options),
    )
  }

  async verify(options?: VerifyOptions): Promise<Verification> {
    // Not made again: the CPU says nothing of the device that was asked about.
    return (this.#lost ? this.#cpu : this.#gpu).verify(options)
  }

  encodeSample(encoder: GPUCommandEncoder, options: EncodeSampleOptions): void {
    this.#gpu.encodeSample(encoder, options)
  }

  encodeGumbelSoftmax(encoder: GPUCommandEncoder, options: EncodeGumbelSoftmaxOptions): void {
    this.#gpu.encodeGumbelSoftmax(encoder, options)
  }

  encodeGumbelSoftmaxBackward(encoder: GPUCommandEncoder, options: EncodeGumbelSoftmaxBackwardOptions): void {
    this.#gpu.encodeGumbelSoftmaxBackward(encoder, options)
  }

  encodeGumbelGivenIndex(encoder: GPUCommandEncoder, options: EncodeGumbelGivenIndexOptions): void {
    this.#gpu.encodeGumbelGivenIndex(encoder, options)
  }

  destroy(): void {
    this.#stopListening()
    this.#gpu.destroy()
    this.#cpu.destroy()
  }

  /**
   * Makes a call on the GPU, or on the CPU once the device is lost. `prepare` copies the inputs before anything is awaited, and
   * gives the call, which may be made twice.
   */
  async #run<O extends NoiseOptions | ConcreteLogProbOptions, T>(
    options: O,
    prepare: (kept: Kept<O>) => (sampler: Sampler) => Promise<T>,
  ): Promise<T> {
    const kept = new Kept(options, this.#spares)
    try {
      const call = prepare(kept)
      try {
        return await call(this.#gpu)
      } catch (error) {
        if (!(error instanceof DeviceError && error.lost)) throw error
        this.#goOn(error)
        if (kept.inBuffer)
          throw new DeviceError(
            `${kept.inBuffer} were in a GPU buffer, which is gone: ${error.message}, or pass host memory`,
            true,
          )
        return await call(this.#cpu)
      }
    } finally {
      kept.release()
    }
  }

  #goOn(error: DeviceError): void {
    if (this.#lost) return
    this.#lost = true
    // In a task of its own: what it throws is an uncaught error of the caller's, and no call's.
    queueMicrotask(() => this.#onBackendChange?.('cpu', error))
  }
}
