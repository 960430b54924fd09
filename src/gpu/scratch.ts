import { ALIGNMENT } from '../view'
import { BufferUsage } from './flags'

/** Uniform blocks of a buffer. */
export const SLOTS = 256

/** Buffers by name that grow to what is asked of them, for work submitted at once: what is growing is in no pending work of the call. */
export class Scratch {
  #device: GPUDevice
  #buffers = new Map<string, GPUBuffer>()

  constructor(device: GPUDevice) {
    this.#device = device
  }

  /** The buffer of a name, with at least so many bytes. Ask once a call: growing destroys the smaller one. */
  atLeast(name: string, bytes: number): GPUBuffer {
    const buffer = this.#buffers.get(name)
    if (buffer && buffer.size >= bytes) return buffer
    buffer?.destroy()
    const larger = newScratch(this.#device, name, bytes)
    this.#buffers.set(name, larger)
    return larger
  }

  destroy(): void {
    for (const buffer of this.#buffers.values()) buffer.destroy()
    this.#buffers.clear()
  }
}

/** Buffers by name for recorded work, which may be pending until the sampler is destroyed: none is destroyed before. */
export class RecordedScratch {
  #device: GPUDevice
  /** Of each name the last is the largest, and used; the others may be in work that is pending. */
  #buffers = new Map<string, GPUBuffer[]>()

  constructor(device: GPUDevice) {
    this.#device = device
  }

  atLeast(name: string, bytes: number): GPUBuffer {
    const buffers = this.#buffers.get(name) ?? []
    const largest = buffers.at(-1)
    if (largest && largest.size >= bytes) return largest
    // At least twice the last one, so that all of them together are no more than twice the largest.
    const size = Math.max(bytes, Math.min(2 * (largest?.size ?? 0), this.#device.limits.maxBufferSize))
    const buffer = newScratch(this.#device, `recorded ${name}`, size)
    this.#buffers.set(name, [...buffers, buffer])
    return buffer
  }

  destroy(): void {
    for (const buffer of [...this.#buffers.values()].flat()) buffer.destroy()
    this.#buffers.clear()
  }
}

function newScratch(device: GPUDevice, name: string, bytes: number): GPUBuffer {
  const { STORAGE, COPY_SRC, COPY_DST } = BufferUsage
  const size = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
  return device.createBuffer({ label: `gumbel-webgpu ${name}`, size, usage: STORAGE | COPY_SRC | COPY_DST })
}

/** Binds what `write` puts into a uniform block of `bytes`. */
export interface Uniforms {
  bind(bytes: number, write: (into: ArrayBuffer) => void): GPUBufferBinding
}

/**
 * Small uniform blocks, written through the queue, each in a slot of its own. Only for work submitted at once: after each submit
 * `rewind()` has the same slots used again.
 */
export class UniformSlots implements Uniforms {
  #device: GPUDevice
  #buffers: GPUBuffer[] = []
  #next = 0
  #words = new ArrayBuffer(ALIGNMENT)

  constructor(device: GPUDevice) {
    this.#device = device
  }

  bind(bytes: number, write: (into: ArrayBuffer) => void): GPUBufferBinding {
    const place = Math.floor(this.#next / SLOTS)
    if (place === this.#buffers.length) {
      const usage = BufferUsage.UNIFORM | BufferUsage.COPY_DST
      this.#buffers.push(this.#device.createBuffer({ label: 'gumbel-webgpu params', size: SLOTS * ALIGNMENT, usage }))
    }
    const offset = (this.#next++ % SLOTS) * ALIGNMENT
    write(this.#words)
    this.#device.queue.writeBuffer(this.#buffers[place], offset, this.#words, 0, bytes)
    return { buffer: this.#buffers[place], offset, size: bytes }
  }

  rewind(): void {
    this.#next = 0
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy()
    this.#buffers = []
    this.#next = 0
  }
}
