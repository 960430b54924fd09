import { DeviceError, destroyedError } from '../errors'
import { type RowSettingsTable, SETTINGS_WORDS } from '../settings'
import { compileErrors, forgetPipelines } from './pipelines'
import { lossError, mapsBuffers, onLoss } from './device'
import { type Limits, MOST_WORK } from './plan'
import { type Recorded, RecordedParams } from './recorded'
import { RecordedScratch, Scratch, UniformSlots } from './scratch'
import { Staging } from './staging'

/** What a device takes. */
export function limitsOf(device: GPUDevice): Limits {
  // Older browsers have no device.adapterInfo.
  const software = device.adapterInfo?.isFallbackAdapter ?? false
  return {
    bindingBytes: device.limits.maxStorageBufferBindingSize,
    subgroups: device.features.has('subgroups'),
    wide: !software,
    work: MOST_WORK,
  }
}

/** Errors of a call, whose scopes are around all that it does on the device. */
const ERROR_FILTERS: readonly GPUErrorFilter[] = ['internal', 'out-of-memory', 'validation']
/** What the platform rejects with where a device fails: names of DOMExceptions. */
const DEVICE_EXCEPTIONS = ['AbortError', 'OperationError', 'InvalidStateError', 'GPUPipelineError']

/** What a sampler keeps on its device between calls. */
export class Context {
  readonly device: GPUDevice
  readonly limits: Limits
  readonly staging: Staging
  /** For work that is submitted at once: the queue's order keeps calls apart, so all share these. */
  readonly uniforms: UniformSlots
  readonly scratch: Scratch
  /** For work that the caller submits. */
  readonly recordedScratch: RecordedScratch
  #recordedParams: RecordedParams
  /** Why there are no more calls: the device was lost or the sampler destroyed. */
  #ended: DeviceError | undefined
  /** Is fulfilled when the device was checked, never rejected: where it makes other noise than it must, there are no more calls. */
  #selfChecked: Promise<void> | undefined
  /** Rejects a call that is not answered yet. */
  #waiting = new Set<(error: DeviceError) => void>()
  #stopListening: () => void

  /** `check` rejects with a DeviceError where the device is not to be used; until it is settled, no call is answered. */
  constructor(device: GPUDevice, limits: Partial<Limits> = {}, check?: Promise<void>) {
    this.device = device
    this.limits = { ...limitsOf(device), ...limits }
    this.staging = new Staging(device)
    this.uniforms = new UniformSlots(device)
    this.scratch = new Scratch(device)
    this.recordedScratch = new RecordedScratch(device)
    this.#recordedParams = new RecordedParams(device, this.staging)
    this.#stopListening = onLoss(device, (error) => this.#end(error))
    this.#selfChecked = check?.catch((error: DeviceError) => {
      if (!this.#ended) this.#end(error)
    })
  }

  /** Lets `record` put work into the caller's encoder, with what keeps parameters until the caller submits it. */
  recording(encoder: GPUCommandEncoder, record: (recorded: Recorded) => void): void {
    this.#recordedParams.keep(encoder, record)
  }

  /**
   * Throws where there can be no more calls.
   * @throws DeviceError
   */
  check(): void {
    if (this.#ended) throw this.#ended
  }

  /**
   * Runs `work`, which submits before it first awaits, and gives its result once the device is known to be right, or throws what the
   * device had against it, or that the device was lost or the sampler destroyed in the meantime.
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
    if (this.#selfChecked) await this.#selfChecked
    this.check()
    const thrown: unknown = outcome.status === 'rejected' ? outcome.reason : undefined
    const ofDevice = thrown instanceof Error && DEVICE_EXCEPTIONS.includes(thrown.name)
    if (ofDevice && !(await mapsBuffers(device)) && !this.#ended) this.#end(lossError('it maps no buffers'))
    this.check()
    // Scopes are popped in the reverse order. What is invalid may only be the consequence of what there was no memory for, so
    // that comes first.
    const refusals = errors.map((error) => (error.status === 'fulfilled' ? error.value : null))
    const place = refusals.findLastIndex((error) => error !== null)
    if (place >= 0) {
      // What the device refused to make may be among these; later calls make them anew.
      for (const kept of [this.uniforms, this.scratch]) kept.destroy()
      const complaints = await compileErrors(device)
      if (place > 0 || complaints.length > 0) forgetPipelines(device)
      throw new DeviceError([`the GPU refused the call: ${refusals[place]!.message}`, ...complaints].join('\n'))
    }
    if (outcome.status === 'fulfilled') return outcome.value
    throw ofDevice ? new DeviceError(`the GPU aborted the call: ${thrown.message}`) : thrown
  }

  /** Frees everything; calls that are not answered yet reject, and later ones. */
  destroy(): void {
    this.#end(destroyedError())
  }

  #end(error: DeviceError): void {
    this.#ended = error
    this.#stopListening()
    for (const reject of this.#waiting) reject(error)
    for (const kept of [this.uniforms, this.scratch, this.staging, this.recordedScratch, this.#recordedParams])
      kept.destroy()
  }
}

/** Rows whose settings fit a binding. */
export function settingsThatFit({ bindingBytes }: Limits): number {
  return Math.floor(bindingBytes / (4 * SETTINGS_WORDS))
}

/** Refuses settings of each row that do not fit a binding. */
export function requireSettings({ words }: RowSettingsTable, limits: Limits): void {
  const batchSize = words.length / SETTINGS_WORDS
  const most = settingsThatFit(limits)
  if (batchSize > most)
    throw new RangeError(
      `batchSize is ${batchSize}; with parameters of each row it must be at most ${most} on this device (maxStorageBufferBindingSize)`,
    )
}
