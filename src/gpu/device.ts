import { DeviceError } from '../errors'
import { BufferUsage, MAP_MODE_READ } from './flags'
import { settledByQueue } from './nudge'

/** Limits asked of the adapter, as high as it has them: each lifts how much one dispatch or one buffer takes. */
const LIMITS = ['maxBufferSize', 'maxStorageBufferBindingSize'] as const
/** Features used where the adapter has them. */
const FEATURES: readonly GPUFeatureName[] = ['subgroups', 'timestamp-query', 'shader-f16']

/** A device of our own, or the error that says why there is none. */
export async function requestDevice(): Promise<GPUDevice | DeviceError> {
  if (typeof navigator === 'undefined' || !navigator.gpu)
    return new DeviceError('WebGPU is not available here: navigator.gpu is missing')
  try {
    // Older Firefox and blocklists reject where others give null.
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' })
    if (!adapter) return new DeviceError('WebGPU has no adapter here: requestAdapter() gave null')
    return await adapter.requestDevice({
      label: 'gumbel-webgpu',
      requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
      requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
    })
  } catch (error) {
    return new DeviceError(`WebGPU gives no device here: ${String(error)}`)
  }
}

export function lossError(detail: string): DeviceError {
  return new DeviceError(`the GPU device was lost (${detail}); make another sampler with createSampler()`, true)
}

type LossListener = (error: DeviceError) => void

/** Who is told of a device's loss. `device.lost` holds on to all that ever listened, so it is listened to once. */
const lossListeners = new WeakMap<GPUDevice, Set<LossListener>>()

/** Tells `listener` of the device's loss, also of an earlier one, until the function that it gives is called. */
export function onLoss(device: GPUDevice, listener: LossListener): () => void {
  const listeners = lossListeners.get(device) ?? listenersOf(device)
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function listenersOf(device: GPUDevice): Set<LossListener> {
  const listeners = new Set<LossListener>()
  lossListeners.set(device, listeners)
  void device.lost.then(({ reason, message }) => {
    // Who comes later listens anew, and is told at once.
    lossListeners.delete(device)
    for (const listener of listeners) listener(lossError(`${reason}: ${message}`))
  })
  return listeners
}

/**
 * Whether the device still maps buffers. A lost one does not, and that shows before `device.lost` does; what its error scopes
 * hold differs: nothing, or in Firefox that a buffer is invalid.
 */
export async function mapsBuffers(device: GPUDevice): Promise<boolean> {
  const { MAP_READ, COPY_DST } = BufferUsage
  device.pushErrorScope('validation')
  const buffer = device.createBuffer({ label: 'gumbel-webgpu probe', size: 4, usage: MAP_READ | COPY_DST })
  const mapped = settledByQueue(device.queue, buffer.mapAsync(MAP_MODE_READ))
  const [outcome] = await Promise.allSettled([mapped, device.popErrorScope()])
  buffer.destroy()
  return outcome.status === 'fulfilled'
}
