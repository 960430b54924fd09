import { AutoSampler } from './auto'
import { CpuSampler } from './cpu/backend'
import { DeviceError } from './errors'
import type { Sampler, SamplerOptions } from './options'
import { oneOf } from './request'
import { WebGpuSampler } from './webgpu/backend'
import { requestDevice } from './webgpu/device'

/**
 * Makes a sampler.
 * @throws DeviceError when backend is 'webgpu' and there is no adapter; RangeError, TypeError for bad options
 */
export async function createSampler(options: SamplerOptions = {}): Promise<Sampler> {
  const { device, onBackendChange } = options
  const backend = oneOf('backend', options.backend ?? (device ? 'webgpu' : 'auto'), ['auto', 'webgpu', 'cpu'])
  if (onBackendChange !== undefined && typeof onBackendChange !== 'function')
    throw new TypeError(`onBackendChange is ${typeof onBackendChange}; it must be a function`)
  if (backend === 'cpu') {
    if (device) throw new TypeError("device is given; it must be left out where backend is 'cpu'")
    return new CpuSampler()
  }
  const gpu = device ?? (await requestDevice())
  if (gpu instanceof DeviceError) {
    if (backend === 'webgpu') throw gpu
    return new CpuSampler()
  }
  return backend === 'auto' ? new AutoSampler(gpu, !device, onBackendChange) : new WebGpuSampler(gpu, !device)
}
