import { DeviceError } from '../errors'
import { ROW_PARAMS_WORDS, type Request, type RowParams } from '../request'
import { ALIGNMENT, Scratch, UniformSlots } from './buffers'
import type { Bound } from './outputs'
import { Staging } from './staging'

/** Which kernels and plans suit the device; tests force them. The draws are the same. */
export interface Variant {
  /** Lanes agree through subgroups. */
  subgroups: boolean
  /** The device is a GPU rather than a software adapter: see plan.ts. */
  wide: boolean
}

export function variantOf(device: GPUDevice): Variant {
  // Older browsers have no device.adapterInfo.
  const software = device.adapterInfo?.isFallbackAdapter ?? false
  return { subgroups: device.features.has('subgroups'), wide: !software }
}

/** What a sampler keeps on its device between calls. */
export class Context {
  readonly device: GPUDevice
  readonly subgroups: boolean
  readonly wide: boolean
  readonly staging: Staging
  /** For work that is submitted at once: the queue's order keeps calls apart, so all share these. */
  readonly uniforms: UniformSlots
  readonly upload: Scratch
  readonly uploadValues: Scratch
  readonly uploadSamples: Scratch
  #rowParams: Scratch
  readonly results: Scratch
  readonly partials: Scratch
  /** For work that the caller submits: nothing here is destroyed while it may be pending. */
  readonly recordedUniforms: UniformSlots
  #recordedPartials: GPUBuffer | undefined
  #unusedInput: GPUBuffer
  #unusedOutput: GPUBuffer

  constructor(device: GPUDevice, { subgroups, wide }: Variant) {
    const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage
    this.device = device
    this.subgroups = subgroups
    this.wide = wide
    this.staging = new Staging(device)
    this.uniforms = new UniformSlots(device)
    this.upload = new Scratch(device, 'logits', STORAGE | COPY_DST)
    this.uploadValues = new Scratch(device, 'values', STORAGE | COPY_DST)
    this.uploadSamples = new Scratch(device, 'samples', STORAGE | COPY_DST)
    this.#rowParams = new Scratch(device, 'row params', STORAGE | COPY_DST)
    this.results = new Scratch(device, 'results', STORAGE | COPY_SRC)
    this.partials = new Scratch(device, 'partials', STORAGE)
    this.recordedUniforms = new UniformSlots(device)
    this.#unusedInput = device.createBuffer({ label: 'gumbel-webgpu unused input', size: ALIGNMENT, usage: STORAGE })
    const size = 4 * ALIGNMENT
    this.#unusedOutput = device.createBuffer({ label: 'gumbel-webgpu unused output', size, usage: STORAGE })
  }

  /** Bound where all rows have the same parameters. */
  get unusedInput(): GPUBufferBinding {
    return { buffer: this.#unusedInput }
  }

  /** Bound for an output that nobody asked for: 0 indices, 1 logProbs, 2 scores, 3 statuses, apart so that they do not overlap. */
  unusedOutput(place: number): Bound {
    return { buffer: this.#unusedOutput, offset: place * ALIGNMENT, size: ALIGNMENT }
  }

  /** Parameters of each row, or something to bind where all rows have the same. */
  rowParamsOf({ rowParams }: Request): GPUBufferBinding {
    if (!rowParams) return this.unusedInput
    this.#requireBinding(rowParams)
    const buffer = this.#rowParams.atLeast(rowParams.words.byteLength)
    this.device.queue.writeBuffer(buffer, 0, rowParams.words)
    return { buffer, size: rowParams.words.byteLength }
  }

  recordedRowParamsOf({ rowParams }: Request): GPUBufferBinding {
    if (!rowParams) return this.unusedInput
    this.#requireBinding(rowParams)
    const { words } = rowParams
    const label = 'gumbel-webgpu recorded row params'
    const usage = GPUBufferUsage.STORAGE
    const buffer = this.device.createBuffer({ label, size: words.byteLength, usage, mappedAtCreation: true })
    new Uint32Array(buffer.getMappedRange()).set(words)
    buffer.unmap()
    return { buffer }
  }

  #requireBinding({ words }: RowParams): void {
    const most = Math.floor(this.device.limits.maxStorageBufferBindingSize / (4 * ROW_PARAMS_WORDS))
    const batchSize = words.length / ROW_PARAMS_WORDS
    if (batchSize > most)
      throw new RangeError(
        `batchSize is ${batchSize}; with parameters of each row it must be at most ${most} on this device (maxStorageBufferBindingSize)`,
      )
  }

  recordedPartials(bytes: number): GPUBuffer {
    if (!this.#recordedPartials || this.#recordedPartials.size < bytes) {
      const label = 'gumbel-webgpu recorded partials'
      this.#recordedPartials = this.device.createBuffer({ label, size: bytes, usage: GPUBufferUsage.STORAGE })
    }
    return this.#recordedPartials
  }

  /**
   * Runs `work`, which submits before it first awaits, and gives its result, or throws what the device had against it.
   * @throws DeviceError
   */
  async guarded<T>(work: () => Promise<T>): Promise<T> {
    const { device } = this
    device.pushErrorScope('out-of-memory')
    device.pushErrorScope('validation')
    let result: Promise<T>
    let scopes: Promise<GPUError | null>[]
    try {
      result = work()
    } finally {
      scopes = [device.popErrorScope(), device.popErrorScope()]
    }
    const [outcome, ...errors] = await Promise.allSettled([result, ...scopes])
    for (const error of errors)
      if (error.status === 'fulfilled' && error.value) {
        // One of these may be what the device refused to make; later calls make them anew.
        this.#forgetScratch()
        throw new DeviceError(`the GPU refused the call: ${error.value.message}`)
      }
    if (outcome.status === 'rejected') {
      const reason: unknown = outcome.reason
      if (reason instanceof Error && !(reason instanceof DOMException)) throw reason
      throw new DeviceError(`the GPU device was lost or the call was aborted: ${String(reason)}`)
    }
    return outcome.value
  }

  #forgetScratch(): void {
    const { upload, uploadValues, uploadSamples, results, partials } = this
    for (const kept of [upload, uploadValues, uploadSamples, this.#rowParams, results, partials]) kept.destroy()
  }

  destroy(): void {
    for (const kept of [this.staging, this.uniforms, this.recordedUniforms]) kept.destroy()
    this.#forgetScratch()
    this.#recordedPartials?.destroy()
    this.#unusedInput.destroy()
    this.#unusedOutput.destroy()
  }
}
