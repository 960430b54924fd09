import { ALIGNMENT } from '../view'
import { BufferUsage } from './flags'
import { SLOTS, type Uniforms } from './scratch'
import type { Staging } from './staging'

/** A page is followed by another when its recordings have so many bytes of row settings. */
const MOST_ROW_SETTINGS_BYTES = 2 ** 20
/** Full pages that are watched; older ones, held up by recordings that are not submitted, are left to the garbage collector. */
const MOST_FULL_PAGES = 16
const MARKS_BYTES = 4 * SLOTS

/** Slots of uniforms for recordings, filled one after another. */
interface Page {
  slots: GPUBuffer
  /** A word for each slot in use: 1, and 0 once its recording has run. */
  marks: GPUBuffer
  used: number
  rowSettings: GPUBuffer[]
  rowSettingsBytes: number
}

/** Where one recording keeps its parameters. */
export interface Recorded extends Uniforms {
  rowSettings(words: Uint32Array<ArrayBuffer>): GPUBufferBinding
}

/**
 * Parameters of recorded work, which the caller submits nobody knows when, or never: nothing is written again or destroyed while
 * it may be pending.
 *
 * A recording marks its slots when it runs. Whenever a page is full, the marks of those before it are looked at: where all
 * recordings of a page have run, it is used again, and their row settings are destroyed.
 */
export class RecordedParams {
  #device: GPUDevice
  #staging: Staging
  #page: Page | undefined
  #full: Page[] = []
  #free: Page[] = []
  #looking = false
  #words = new ArrayBuffer(ALIGNMENT)

  constructor(device: GPUDevice, staging: Staging) {
    this.#device = device
    this.#staging = staging
  }

  /** Lets `record` put one recording into `encoder`, outside of passes. */
  keep(encoder: GPUCommandEncoder, record: (recorded: Recorded) => void): void {
    const { queue } = this.#device
    const marked: { page: Page; first: number }[] = []
    const rowSettings: GPUBuffer[] = []
    const bind: Uniforms['bind'] = (bytes, write) => {
      const page = this.#openPage()
      if (marked.at(-1)?.page !== page) marked.push({ page, first: page.used })
      const offset = page.used++ * ALIGNMENT
      write(this.#words)
      queue.writeBuffer(page.slots, offset, this.#words, 0, bytes)
      return { buffer: page.slots, offset, size: bytes }
    }
    try {
      record({
        bind,
        rowSettings: (words) => {
          const buffer = this.#rowSettings(words)
          rowSettings.push(buffer)
          return { buffer }
        },
      })
    } finally {
      for (const { page, first } of marked) encoder.clearBuffer(page.marks, 4 * first, 4 * (page.used - first))
      const last = marked.at(-1)?.page
      for (const buffer of rowSettings)
        if (last) {
          last.rowSettings.push(buffer)
          last.rowSettingsBytes += buffer.size
        } else buffer.destroy() // It was refused before anything was recorded.
    }
  }

  #rowSettings(words: Uint32Array<ArrayBuffer>): GPUBuffer {
    const label = 'gumbel-webgpu recorded row settings'
    const { STORAGE: usage } = BufferUsage
    const buffer = this.#device.createBuffer({ label, size: words.byteLength, usage, mappedAtCreation: true })
    new Uint32Array(buffer.getMappedRange()).set(words)
    buffer.unmap()
    return buffer
  }

  /** The page with a free slot. */
  #openPage(): Page {
    const page = this.#page
    if (page && page.used < SLOTS && page.rowSettingsBytes < MOST_ROW_SETTINGS_BYTES) return page
    if (page) {
      // Its last recording is not submitted yet: it is looked at when the next one is full.
      void this.#look()
      this.#full.push(page)
      if (this.#full.length > MOST_FULL_PAGES) this.#full.shift()
    }
    this.#page = this.#free.pop() ?? this.#newPage()
    this.#device.queue.writeBuffer(this.#page.marks, 0, new Uint32Array(SLOTS).fill(1))
    return this.#page
  }

  #newPage(): Page {
    const { UNIFORM, COPY_DST, COPY_SRC } = BufferUsage
    const make = (name: string, size: number, usage: GPUBufferUsageFlags) =>
      this.#device.createBuffer({ label: `gumbel-webgpu recorded ${name}`, size, usage: usage | COPY_DST })
    return {
      slots: make('params', SLOTS * ALIGNMENT, UNIFORM),
      marks: make('marks', MARKS_BYTES, COPY_SRC),
      used: 0,
      rowSettings: [],
      rowSettingsBytes: 0,
    }
  }

  /** Finds full pages whose recordings have all run. */
  async #look(): Promise<void> {
    const pages = [...this.#full]
    if (this.#looking || pages.length === 0) return
    this.#looking = true
    try {
      const bytes = MARKS_BYTES * pages.length
      const copy = this.#staging.take(bytes)
      const encoder = this.#device.createCommandEncoder({ label: 'gumbel-webgpu marks' })
      pages.forEach(({ marks }, i) => encoder.copyBufferToBuffer(marks, 0, copy, MARKS_BYTES * i, MARKS_BYTES))
      this.#device.queue.submit([encoder.finish()])
      const words = await this.#staging.read(copy, bytes, (mapped) => new Uint32Array(mapped.slice(0)))
      pages.forEach((page, i) => {
        if (words.subarray(SLOTS * i, SLOTS * i + page.used).every((word) => word === 0)) this.#reuse(page)
      })
    } catch {
      // The device was lost or the sampler destroyed: there is nothing left to use again.
    } finally {
      this.#looking = false
    }
  }

  #reuse(page: Page): void {
    const at = this.#full.indexOf(page)
    if (at < 0) return
    this.#full.splice(at, 1)
    for (const buffer of page.rowSettings) buffer.destroy()
    this.#free.push({ ...page, used: 0, rowSettings: [], rowSettingsBytes: 0 })
  }

  destroy(): void {
    for (const { slots, marks, rowSettings } of [...(this.#page ? [this.#page] : []), ...this.#full, ...this.#free])
      for (const buffer of [slots, marks, ...rowSettings]) buffer.destroy()
    this.#page = undefined
    this.#full = []
    this.#free = []
  }
}
