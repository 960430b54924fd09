/** Bindings of storage and uniform buffers begin at multiples of 256 bytes, the largest alignment that WebGPU asks for. */
export const ALIGNMENT = 256
/** Uniform blocks of a buffer. */
export const SLOTS = 256

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

/** Binds what `write` puts into a uniform block of `bytes`. */
export interface Uniforms {
  bind(bytes: number, write: (into: ArrayBuffer) => void): GPUBufferBinding
}

/**
 * Small uniform blocks, written through the queue, each in a slot of its own. Only for work submitted at once: each call begins
 * with `rewind()`, and uses the same slots again.
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
      const { UNIFORM, COPY_DST } = GPUBufferUsage
      const size = SLOTS * ALIGNMENT
      this.#buffers.push(this.#device.createBuffer({ label: 'gumbel-webgpu params', size, usage: UNIFORM | COPY_DST }))
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
