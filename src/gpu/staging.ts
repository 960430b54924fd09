import { BufferUsage, MAP_MODE_READ } from './flags'
import { settledByQueue } from './nudge'

const MIN_BYTES = 256
/** Buffers that wait for a next call hold at most this much together, unless there is only one. */
const FREE_BYTES = 2 ** 26

/** Reads results back through buffers that are used again once their call has its copy. */
export class Staging {
  #device: GPUDevice
  #free: GPUBuffer[] = []
  #freeBytes = 0
  #all = new Set<GPUBuffer>()

  constructor(device: GPUDevice) {
    this.#device = device
  }

  /** A buffer of at least `bytes` that no other call uses: the smallest free one, or a new one of a power of two. */
  take(bytes: number): GPUBuffer {
    let best = -1
    this.#free.forEach((buffer, i) => {
      if (buffer.size >= bytes && (best < 0 || buffer.size < this.#free[best].size)) best = i
    })
    if (best >= 0) {
      const [buffer] = this.#free.splice(best, 1)
      this.#freeBytes -= buffer.size
      return buffer
    }
    let size = MIN_BYTES
    while (size < bytes) size *= 2
    size = Math.max(bytes, Math.min(size, this.#device.limits.maxBufferSize))
    const { MAP_READ, COPY_DST } = BufferUsage
    const buffer = this.#device.createBuffer({ label: 'gumbel-webgpu staging', size, usage: MAP_READ | COPY_DST })
    this.#all.add(buffer)
    return buffer
  }

  /** Waits for the GPU and lets `take` copy what it wants of the first `bytes`; then others may take the buffer. */
  async read<T>(buffer: GPUBuffer, bytes: number, take: (mapped: ArrayBuffer) => T): Promise<T> {
    try {
      await settledByQueue(this.#device.queue, buffer.mapAsync(MAP_MODE_READ, 0, bytes))
      const taken = take(buffer.getMappedRange(0, bytes))
      buffer.unmap()
      this.#release(buffer)
      return taken
    } catch (error) {
      this.#drop(buffer)
      throw error
    }
  }

  #release(buffer: GPUBuffer): void {
    if (!this.#all.has(buffer)) return
    this.#free.push(buffer)
    this.#freeBytes += buffer.size
    while (this.#freeBytes > FREE_BYTES && this.#free.length > 1) {
      const oldest = this.#free.shift()!
      this.#freeBytes -= oldest.size
      this.#drop(oldest)
    }
  }

  #drop(buffer: GPUBuffer): void {
    this.#all.delete(buffer)
    buffer.destroy()
  }

  destroy(): void {
    for (const buffer of this.#all) buffer.destroy()
    this.#all.clear()
    this.#free = []
    this.#freeBytes = 0
  }
}
