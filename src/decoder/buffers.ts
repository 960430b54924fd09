/** The buffers of a decoder, by the names that its kernels bind them by. */

import { BufferUsage } from '../gpu/flags'
import { packedBytes, uploadRows } from '../host_rows'
import type { View } from '../view'

export class DecoderBuffers {
  #device: GPUDevice
  #named = new Map<string, GPUBuffer>()

  constructor(device: GPUDevice) {
    this.#device = device
  }

  get named(): ReadonlyMap<string, GPUBuffer> {
    return this.#named
  }

  /** One that was made. */
  at(name: string): GPUBuffer {
    return this.#named.get(name)!
  }

  /** A binding of all of one. */
  whole(name: string) {
    return { of: name, offset: 0, size: this.at(name).size }
  }

  make(name: string, bytes: number): GPUBuffer {
    const { STORAGE, COPY_SRC, COPY_DST } = BufferUsage
    const size = Math.ceil(Math.max(4, bytes) / 16) * 16
    const usage = STORAGE | COPY_SRC | COPY_DST
    const buffer = this.#device.createBuffer({ label: `gumbel-webgpu decoder ${name}`, size, usage })
    this.#named.set(name, buffer)
    return buffer
  }

  /** Has a buffer of at least so many bytes. */
  grow(name: string, bytes: number): void {
    const buffer = this.#named.get(name)
    if (buffer && buffer.size >= bytes) return
    // What is submitted keeps the smaller one until it has run.
    buffer?.destroy()
    this.make(name, bytes)
  }

  write(name: string, words: Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>, at = 0): void {
    this.#device.queue.writeBuffer(this.at(name), 4 * at, words)
  }

  /** Where a checked input lies on the device: what is in host memory is written to a buffer of these, `name`. */
  uploaded(view: View | undefined, name = `upload ${view?.name}`): object | undefined {
    if (!view) return undefined
    const { buffer, data, type, offset, rowStride } = view
    if (buffer) return { buffer, offset, rowStride, ...(view.name === 'logits' ? { type } : {}) }
    const rows = rowStride === 0 ? 1 : view.rows
    const own = { ...view, data: data!, rows }
    this.grow(name, packedBytes(own))
    uploadRows(this.#device.queue, own, this.at(name))
    return {
      buffer: this.at(name),
      rowStride: rowStride === 0 ? 0 : view.columns,
      ...(view.name === 'logits' ? { type } : {}),
    }
  }

  destroy(): void {
    for (const buffer of this.#named.values()) buffer.destroy()
    this.#named.clear()
  }
}
