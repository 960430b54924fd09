import { AutoSampler, tell } from './backends/auto'
import { CpuSampler } from './backends/cpu'
import { WebGpuSampler } from './backends/webgpu'
import { flag, isObject, oneOf, shown } from './checks'
import { DeviceError } from './errors'
import { requestDevice } from './gpu/device'
import { selfCheck } from './gpu/self_check'
import { readNames } from './known_names'
import type { GpuSampler, Sampler, SamplerOptions } from './sampler'

/**
 * Makes a sampler.
 * @throws DeviceError when backend is 'webgpu' and there is no adapter; RangeError, TypeError for bad options
 */
export function createSampler(
  options:
    (SamplerOptions & { device: GPUDevice; backend?: 'webgpu' | undefined }) | (SamplerOptions & { backend: 'webgpu' }),
): Promise<GpuSampler>
export function createSampler(options?: SamplerOptions): Promise<Sampler>
export async function createSampler(options: SamplerOptions = {}): Promise<Sampler> {
  const given: SamplerOptions = readNames('options', options, ['backend', 'device', 'selfCheck', 'onBackendChange'])
  const { device, onBackendChange } = given
  const backend = oneOf('backend', given.backend ?? (device === undefined ? 'auto' : 'webgpu'), [
    'auto',
    'webgpu',
    'cpu',
  ])
  const checked = flag('selfCheck', given.selfCheck ?? true)
  if (onBackendChange !== undefined && typeof onBackendChange !== 'function')
    throw new TypeError(`onBackendChange is ${typeof onBackendChange}; it must be a function`)
  if (backend === 'cpu') {
    if (device !== undefined) throw new TypeError("device is given; it must be left out where backend is 'cpu'")
    return new CpuSampler()
  }
  if (device !== undefined) requireDevice(device)
  const gpu = device ?? (await requestDevice())
  if (gpu instanceof DeviceError) {
    if (backend === 'webgpu') throw gpu
    tell(onBackendChange, gpu)
    return new CpuSampler()
  }
  const check = checked ? selfCheck(gpu) : undefined
  return backend === 'auto'
    ? new AutoSampler(gpu, !device, onBackendChange, check)
    : new WebGpuSampler(gpu, !device, {}, check)
}

/** Refuses what is often given in place of a device: a promise of one, or an adapter. */
function requireDevice(device: unknown): void {
  if (isObject(device) && 'createComputePipeline' in device && 'queue' in device) return
  const what =
    isObject(device) && 'then' in device
      ? 'a promise; await it first'
      : isObject(device) && 'requestDevice' in device
        ? 'a GPUAdapter; pass what its requestDevice() gives'
        : shown(device)
  throw new TypeError(`device must be a GPUDevice; it is ${what}`)
}
