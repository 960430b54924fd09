import { DeviceError, destroyedError } from '../errors'
import { ROW_PARAMS_WORDS, type Request, type RowParams } from '../request'
import { Scratch, UniformSlots } from './buffers'
import { lossError, mapsBuffers, onLoss } from './device'
import type { Drawing } from './record'
import { RecordedParams } from './recorded'
import { forgetPipelines } from './shader'
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

/** Errors of a call, whose scopes are around all that it does on the device. */
const ERROR_FILTERS: readonly GPUErrorFilter[] = ['internal', 'out-of-memory', 'validation']

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
  /** For work that the caller submits. */
  #recordedParams: RecordedParams
  /** The last one is the largest, and used; the others may be in work that is pending. */
  #recordedPartials: GPUBuffer[] = []
  /** Why there are no more calls: the device was lost or the sampler destroyed. */
  #ended: DeviceError | undefined
  /** Rejects a call that is not answered yet. */
  #waiting = new Set<(error: DeviceError) => void>()
  #stopListening: () => void

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
    this.#recordedParams = new RecordedParams(device, this.staging)
    this.#stopListening = onLoss(device, (error) => this.#end(error))
  }

  /** Parameters of each row, where they have some of their own. */
  rowParamsOf({ rowParams }: Request): GPUBufferBinding | undefined {
    if (!rowParams) return undefined
    this.#requireBinding(rowParams)
    const buffer = this.#rowParams.atLeast(rowParams.words.byteLength)
    this.device.queue.writeBuffer(buffer, 0, rowParams.words)
    return { buffer, size: rowParams.words.byteLength }
  }

  /** Lets `record` put work into the caller's encoder, with what it may keep until the caller submits it. */
  recording(
    encoder: GPUCommandEncoder,
    { rowParams }: Request,
    record: (kept: Pick<Drawing, 'rowParams' | 'uniforms' | 'partials'>) => void,
  ): void {
    if (rowParams) this.#requireBinding(rowParams)
    this.#recordedParams.keep(encoder, (recorded) =>
      record({
        rowParams: rowParams && recorded.rowParams(rowParams.words),
        uniforms: recorded,
        partials: (bytes) => this.#recordedPartialsOf(bytes),
      }),
    )
  }

  #requireBinding({ words }: RowParams): void {
    const most = Math.floor(this.device.limits.maxStorageBufferBindingSize / (4 * ROW_PARAMS_WORDS))
    const batchSize = words.length / ROW_PARAMS_WORDS
    if (batchSize > most)
      throw new RangeError(
        `batchSize is ${batchSize}; with parameters of each row it must be at most ${most} on this device (maxStorageBufferBindingSize)`,
      )
  }

  #recordedPartialsOf(bytes: number): GPUBuffer {
    const largest = this.#recordedPartials.at(-1)
    if (largest && largest.size >= bytes) return largest
    // At least twice the last one, so that all of them together are no more than twice the largest.
    const size = Math.max(bytes, Math.min(2 * (largest?.size ?? 0), this.device.limits.maxBufferSize))
    const label = 'gumbel-webgpu recorded partials'
    const buffer = this.device.createBuffer({ label, size, usage: GPUBufferUsage.STORAGE })
    this.#recordedPartials.push(buffer)
    return buffer
  }

  /**
   * Throws where there can be no more calls.
   * @throws DeviceError
   */
  check(): void {
    if (this.#ended) throw this.#ended
  }

  /**
   * Runs `work`, which submits before it first awaits, and gives its result, or throws what the device had against it, or that
   * the device was lost or the sampler destroyed in the meantime.
   * @throws DeviceError
   */
  async guarded<T>(work: () => Promise<T>): Promise<T> {
    this.check()
    const answer = this.#judged(work)
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject)
      void answer.then(resolve, reject).finally(() => this.#waiting.delete(reject))
    })
  }

  async #judged<T>(work: () => Promise<T>): Promise<T> {
    const { device } = this
    for (const filter of ERROR_FILTERS) device.pushErrorScope(filter)
    const result = (async () => work())()
    const scopes = ERROR_FILTERS.map(() => device.popErrorScope())
    const [outcome, ...errors] = await Promise.allSettled([result, ...scopes])
    this.check()
    const thrown: unknown = outcome.status === 'rejected' ? outcome.reason : undefined
    const ofDevice = thrown instanceof DOMException
    if (ofDevice && !(await mapsBuffers(device)) && !this.#ended) this.#end(lossError('it maps no buffers'))
    this.check()
    // What is invalid may only be the consequence of what there was no memory for, so that comes first.
    const refusal = errors.flatMap((error) => (error.status === 'fulfilled' && error.value) || []).at(-1)
    if (refusal) {
      // What the device refused to make may be among these; later calls make them anew.
      this.#forgetScratch()
      if (!(refusal instanceof GPUValidationError)) forgetPipelines(device)
      throw new DeviceError(`the GPU refused the call: ${refusal.message}`)
    }
    if (outcome.status === 'fulfilled') return outcome.value
    throw ofDevice ? new DeviceError(`the GPU aborted the call: ${thrown.message}`) : thrown
  }

  #forgetScratch(): void {
    const { uniforms, upload, uploadValues, uploadSamples, results, partials } = this
    for (const kept of [uniforms, upload, uploadValues, uploadSamples, this.#rowParams, results, partials])
      kept.destroy()
  }

  /** Frees everything; calls that are not answered yet reject, and later ones. */
  destroy(): void {
    this.#end(destroyedError())
  }

  #end(error: DeviceError): void {
    this.#ended = error
    this.#stopListening()
    for (const reject of this.#waiting) reject(error)
    this.#forgetScratch()
    for (const kept of [this.staging, this.#recordedParams]) kept.destroy()
    for (const buffer of this.#recordedPartials) buffer.destroy()
  }
}
