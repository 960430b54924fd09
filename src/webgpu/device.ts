import { DeviceError } from '../errors'

/** Limits asked of the adapter, as high as it has them: each lifts how much one dispatch or one buffer takes. */
const LIMITS = ['maxBufferSize', 'maxStorageBufferBindingSize'] as const
/** Features used where the adapter has them. */
const FEATURES: readonly GPUFeatureName[] = ['subgroups', 'timestamp-query', 'shader-f16']

/** A device of our own, or the error that says why there is none. */
export async function requestDevice(): Promise<GPUDevice | DeviceError> {
  if (typeof navigator === 'undefined' || !navigator.gpu)
    return new DeviceError('WebGPU is not available here: navigator.gpu is missing')
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) return new DeviceError('WebGPU has no adapter here: requestAdapter() gave null')
  return adapter.requestDevice({
    label: 'gumbel-webgpu',
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
  })
}
