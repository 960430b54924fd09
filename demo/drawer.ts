import type { Decoder, DecoderOptions, Sampler } from 'gumbel-webgpu'
import * as ort from 'onnxruntime-web/webgpu'
import { LanguageModel } from './language_model'

/** The first of the words in `Decoder.finished` that tell of a row without a distribution. */
const WITHOUT_DISTRIBUTION = 16

/** Draws the next id of each text from logits that stay where they are. */
export interface Drawer {
  /** int32 `[batch]`: what was drawn last, where the model reads it. */
  readonly ids: ort.Tensor
  /** Draws into `ids`; resolves when done. */
  draw(logits: ort.Tensor): Promise<void>
  /** What was drawn last, in host memory. */
  read(): Promise<Int32Array>
  destroy(): void
}

/** @param device where the model leaves its logits, the sampler's too; undefined for host memory */
export function createDrawer(sampler: Sampler, device: GPUDevice | undefined, options: DecoderOptions): Drawer {
  const decoder = sampler.createDecoder(options)
  return device ? new GpuDrawer(device, decoder, options) : new HostDrawer(decoder, options)
}

/** Logits and ids stay on the GPU; `read` moves 8 bytes a text. */
class GpuDrawer implements Drawer {
  readonly ids: ort.Tensor
  readonly #device: GPUDevice
  readonly #decoder: Decoder
  readonly #rows: number
  readonly #staging: GPUBuffer
  #error: Promise<GPUError | null> = Promise.resolve(null)

  constructor(device: GPUDevice, decoder: Decoder, { batchSize }: DecoderOptions) {
    this.#device = device
    this.#decoder = decoder
    this.#rows = batchSize
    this.#staging = device.createBuffer({
      label: 'ids read back',
      size: 8 * batchSize,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    })
    this.ids = ort.Tensor.fromGpuBuffer(decoder.indices!, { dataType: 'int32', dims: [batchSize] })
  }

  async draw(logits: ort.Tensor): Promise<void> {
    this.#device.pushErrorScope('validation')
    const encoder = this.#device.createCommandEncoder({ label: 'draw' })
    this.#decoder.encodeNext(encoder, { buffer: logits.gpuBuffer })
    const bytes = 4 * this.#rows
    encoder.copyBufferToBuffer(this.#decoder.indices!, 0, this.#staging, 0, bytes)
    encoder.copyBufferToBuffer(this.#decoder.finished!, 0, this.#staging, bytes, bytes)
    this.#device.queue.submit([encoder.finish()])
    this.#error = this.#device.popErrorScope()
  }

  async read(): Promise<Int32Array> {
    await this.#staging.mapAsync(GPUMapMode.READ)
    const words = new Int32Array(this.#staging.getMappedRange().slice(0))
    this.#staging.unmap()
    // A refused submit leaves ids of 0, which would pass for the end of every verse.
    const error = await this.#error
    if (error) throw new Error(error.message)
    const invalid = words.subarray(this.#rows).findIndex((word) => word >= WITHOUT_DISTRIBUTION)
    if (invalid >= 0) throw new Error(`the model gave sequence ${invalid + 1} logits without a distribution`)
    return words.slice(0, this.#rows)
  }

  destroy(): void {
    this.ids.dispose()
    this.#decoder.destroy()
    this.#staging.destroy()
  }
}

/** Logits and ids are in host memory, wherever the sampler draws. */
class HostDrawer implements Drawer {
  readonly ids: ort.Tensor
  readonly #decoder: Decoder
  readonly #ids: Int32Array

  constructor(decoder: Decoder, { batchSize }: DecoderOptions) {
    this.#decoder = decoder
    this.#ids = new Int32Array(batchSize)
    this.ids = LanguageModel.ids(this.#ids)
  }

  async draw(logits: ort.Tensor): Promise<void> {
    this.#ids.set(await this.#decoder.next(logits.data as Float32Array))
  }

  async read(): Promise<Int32Array> {
    return this.#ids.slice()
  }

  destroy(): void {
    this.ids.dispose()
    this.#decoder.destroy()
  }
}
