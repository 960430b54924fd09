import { CpuSampler } from './cpu/backend'
import { DeviceError } from './errors'
import type { Sampler } from './options'
import { oneOf } from './request'
import { WebGpuSampler } from './webgpu/backend'
import { requestDevice } from './webgpu/device'

export interface SamplerOptions {
  /** 'auto' takes WebGPU where there is an adapter, else the CPU: the same tokens. Default 'auto', or 'webgpu' with a device. */
  backend?: 'auto' | 'webgpu' | 'cpu'
  /** The caller's device, with whatever features and limits it has; it stays the caller's. */
  device?: GPUDevice
}

/**
 * Makes a sampler.
 * @throws DeviceError when backend is 'webgpu' and there is no adapter; RangeError, TypeError for bad options
 */
export async function createSampler(options: SamplerOptions = {}): Promise<Sampler> {
  const { device } = options
  const backend = oneOf('backend', options.backend ?? 'auto', ['auto', 'webgpu', 'cpu'])
  if (backend === 'cpu') {
    if (device) throw new TypeError("device is given; it must be left out where backend is 'cpu'")
    return new CpuSampler()
  }
  if (device) return new WebGpuSampler(device, false)
  const own = await requestDevice()
  if (own instanceof DeviceError) {
    if (backend === 'webgpu') throw own
    return new CpuSampler()
  }
  return new WebGpuSampler(own, true)
}
