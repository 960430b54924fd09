import { callOf } from '../call'
import { AutoDecoder } from '../decoder/auto'
import type { Decoder, DecoderOptions } from '../decoder/options'
import type { EncodeVerifyDraftOptions } from '../drafts/options'
import { DeviceError } from '../errors'
import { onLoss } from '../gpu/device'
import type { Operation } from '../operation'
import type { Described } from '../prepare'
import type { Sampler, SamplerOptions, Verification, VerifyOptions } from '../sampler'
import { answerOnCpu } from './answer_on_cpu'
import { Copies, Spares } from './copies'
import { CpuSampler } from './cpu'
import { Methods } from './methods'
import { WebGpuSampler } from './webgpu'

/**
 * WebGPU until the device is lost, then the CPU, which draws the same. Calls that were not answered are made again there, so
 * each draws from a copy of what it was given.
 */
export class AutoSampler extends Methods implements Sampler {
  #gpu: WebGpuSampler
  #cpu = new CpuSampler()
  #spares = new Spares()
  #lost = false
  #destroyed = false
  #onBackendChange: SamplerOptions['onBackendChange']
  #stopListening: () => void

  /** `own` says whether the device is the sampler's to destroy; `check` rejects where the device is not to be used. */
  constructor(
    device: GPUDevice,
    own: boolean,
    onBackendChange?: SamplerOptions['onBackendChange'],
    check?: Promise<void>,
  ) {
    super()
    this.#gpu = new WebGpuSampler(device, own, {}, check)
    this.#onBackendChange = onBackendChange
    this.#stopListening = onLoss(device, (error) => this.#goOn(error))
    check?.catch((error: DeviceError) => this.#goOn(error))
  }

  get backend(): 'webgpu' | 'cpu' {
    return this.#lost ? 'cpu' : 'webgpu'
  }

  get device(): GPUDevice | undefined {
    return this.#lost ? undefined : this.#gpu.device
  }

  protected async call(operation: Operation, args: Record<string, unknown>, options: unknown): Promise<unknown> {
    const copies = new Copies(callOf(operation, args, options), this.#spares)
    try {
      try {
        return await this.#gpu.answer(copies.call)
      } catch (error) {
        if (!(error instanceof DeviceError && error.lost)) throw error
        this.#goOn(error)
        const lost = Object.values(copies.call.inputs).find(({ buffer }) => buffer)
        if (lost)
          throw new DeviceError(
            `${lost.name} were in a GPU buffer, which is gone: ${error.message}, or pass host memory`,
            true,
          )
        return answerOnCpu(copies.call)
      }
    } finally {
      copies.release()
    }
  }

  protected async ready(calls: readonly Described[]): Promise<void> {
    try {
      await this.#gpu.ready(calls)
    } catch (error) {
      if (!(error instanceof DeviceError && error.lost)) throw error
      this.#goOn(error) // The CPU has nothing to make ready.
    }
  }

  protected encode(operation: Operation, encoder: GPUCommandEncoder, options: unknown): void {
    this.#gpu.encode(operation, encoder, options)
  }

  encodeVerifyDraft(encoder: GPUCommandEncoder, options: EncodeVerifyDraftOptions): void {
    this.#gpu.encodeVerifyDraft(encoder, options)
  }

  createDecoder(options: DecoderOptions): Decoder {
    if (this.#lost) return this.#cpu.createDecoder(options)
    return new AutoDecoder(options, this.#gpu.createDecoder(options), this.#spares, (error) => this.#goOn(error))
  }

  async verify(options?: VerifyOptions): Promise<Verification> {
    // Not made again: the CPU says nothing of the device that was asked about.
    return (this.#lost ? this.#cpu : this.#gpu).verify(options)
  }

  destroy(): void {
    this.#destroyed = true
    this.#stopListening()
    this.#gpu.destroy()
    this.#cpu.destroy()
  }

  #goOn(error: DeviceError): void {
    if (this.#lost || this.#destroyed) return
    this.#lost = true
    tell(this.#onBackendChange, error)
  }
}

/** Tells the caller that the CPU draws from now on. */
export function tell(onBackendChange: SamplerOptions['onBackendChange'], error: DeviceError): void {
  // In a task of its own: what it throws is an uncaught error of the caller's, and no call's.
  queueMicrotask(() => onBackendChange?.('cpu', error))
}
