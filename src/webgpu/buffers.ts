/** Bindings of storage and uniform buffers begin at multiples of 256 bytes, the largest alignment that WebGPU asks for. */
export const ALIGNMENT = 256
const SLOTS = 256

/** A buffer that grows to what is asked of it. Only for work submitted at once: growing destroys the smaller one. */
export class Scratch {
  #device: GPUDevice
  #label: string
  #usage: GPUBufferUsageFlags
  #buffer: GPUBuffer | undefined

  constructor(device: GPUDevice, label: string, usage: GPUBufferUsageFlags) {
    this.#device = device
    this.#label = `gumbel-webgpu ${label}`
    this.#usage = usage
  }

  atLeast(bytes: number): GPUBuffer {
    if (this.#buffer && this.#buffer.size >= bytes) return this.#buffer
    this.#buffer?.destroy()
    const size = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
    this.#buffer = this.#device.createBuffer({ label: this.#label, size, usage: this.#usage })
    return this.#buffer
  }

  destroy(): void {
    this.#buffer?.destroy()
    this.#buffer = undefined
  }
}

/**
 * Small uniform blocks, written through the queue, each in a slot of its own.
 *
 * A slot may be written again only after the work that reads it was submitted. Calls that submit at once `rewind()` and
 * use the same buffer for ever. For recorded work, which is submitted nobody knows when, a full buffer is left to the
 * garbage collector and another begun.
 */
export class UniformSlots {
  #device: GPUDevice
  #buffer: GPUBuffer | undefined
  #next = 0
  #words = new ArrayBuffer(ALIGNMENT)

  constructor(device: GPUDevice) {
    this.#device = device
  }

  /** Binds what `write` puts into a slot of `bytes`. */
  bind(bytes: number, write: (into: ArrayBuffer) => void): GPUBufferBinding {
    if (!this.#buffer || this.#next === SLOTS) {
      const { UNIFORM, COPY_DST } = GPUBufferUsage
      const size = SLOTS * ALIGNMENT
      this.#buffer = this.#device.createBuffer({ label: 'gumbel-webgpu params', size, usage: UNIFORM | COPY_DST })
      this.#next = 0
    }
    const offset = this.#next++ * ALIGNMENT
    write(this.#words)
    this.#device.queue.writeBuffer(this.#buffer, offset, this.#words, 0, bytes)
    return { buffer: this.#buffer, offset, size: bytes }
  }

  rewind(): void {
    this.#next = 0
  }

  destroy(): void {
    this.#buffer?.destroy()
    this.#buffer = undefined
  }
}
