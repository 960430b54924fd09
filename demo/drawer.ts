import type { Sampler } from 'gumbel-webgpu'
import * as ort from 'onnxruntime-web/webgpu'
import { LanguageModel } from './language_model'

export interface DrawOptions {
  batchSize: number
  numClasses: number
  temperature: number
  seed: bigint
}

/** Draws the next id of each text from logits that stay where they are. */
export interface Drawer {
  /** int32 `[batch]`: what was drawn last, where the model reads it. */
  readonly ids: ort.Tensor
  /** Draws into `ids`; resolves when done. */
  draw(logits: ort.Tensor, step: number): Promise<void>
  /** What was drawn last, in host memory. */
  read(): Promise<Int32Array>
  destroy(): void
}

export function createDrawer(sampler: Sampler, options: DrawOptions): Drawer {
  return sampler.device ? new GpuDrawer(sampler, sampler.device, options) : new CpuDrawer(sampler, options)
}

/** Logits and ids stay on the GPU; `read` moves 4 bytes a text. */
class GpuDrawer implements Drawer {
  readonly ids: ort.Tensor
  readonly #sampler: Sampler
  readonly #device: GPUDevice
  readonly #options: DrawOptions
  readonly #ids: GPUBuffer
  readonly #staging: GPUBuffer
  #error: Promise<GPUError | null> = Promise.resolve(null)

  constructor(sampler: Sampler, device: GPUDevice, options: DrawOptions) {
    const size = 4 * options.batchSize
    this.#sampler = sampler
    this.#device = device
    this.#options = options
    this.#ids = device.createBuffer({ label: 'ids', size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC })
    this.#staging = device.createBuffer({
      label: 'ids read back',
      size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    })
    this.ids = ort.Tensor.fromGpuBuffer(this.#ids, { dataType: 'int32', dims: [options.batchSize] })
  }

  async draw(logits: ort.Tensor, step: number): Promise<void> {
    this.#device.pushErrorScope('validation')
    const encoder = this.#device.createCommandEncoder({ label: 'draw' })
    this.#sampler.encodeSample(encoder, {
      ...this.#options,
      step,
      logits: { buffer: logits.gpuBuffer },
      indices: { buffer: this.#ids },
    })
    encoder.copyBufferToBuffer(this.#ids, 0, this.#staging, 0, this.#ids.size)
    this.#device.queue.submit([encoder.finish()])
    this.#error = this.#device.popErrorScope()
  }

  async read(): Promise<Int32Array> {
    await this.#staging.mapAsync(GPUMapMode.READ)
    const ids = new Int32Array(this.#staging.getMappedRange().slice(0))
    this.#staging.unmap()
    // A refused submit leaves ids of 0, which would pass for the end of every verse.
    const error = await this.#error
    if (error) throw new Error(error.message)
    return ids
  }

  destroy(): void {
    this.ids.dispose()
    this.#ids.destroy()
    this.#staging.destroy()
  }
}

class CpuDrawer implements Drawer {
  readonly ids: ort.Tensor
  readonly #sampler: Sampler
  readonly #options: DrawOptions
  readonly #ids: Int32Array

  constructor(sampler: Sampler, options: DrawOptions) {
    this.#sampler = sampler
    this.#options = options
    this.#ids = new Int32Array(options.batchSize)
    this.ids = LanguageModel.ids(this.#ids)
  }

  async draw(logits: ort.Tensor, step: number): Promise<void> {
    const { indices } = await this.#sampler.sample(logits.data as Float32Array, { ...this.#options, step })
    this.#ids.set(indices)
  }

  async read(): Promise<Int32Array> {
    return this.#ids.slice()
  }

  destroy(): void {
    this.ids.dispose()
  }
}
