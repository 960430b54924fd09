import { AutoSampler, type OnBackendChange } from './auto'
import { CpuSampler } from './cpu/backend'
import { DeviceError } from './errors'
import type { Sampler } from './options'
import { oneOf } from './request'
import { WebGpuSampler } from './webgpu/backend'
import { requestDevice } from './webgpu/device'

export interface SamplerOptions {
  /**
   * 'auto' takes WebGPU where there is an adapter, else the CPU: the same tokens. When its device is lost, whether by a crash or by
   * `device.destroy()`, it goes on by itself on the CPU; calls under way are made again there, of a copy of their host
   * arrays that each keeps until it is answered. Inputs in GPU buffers are gone with the device: such calls reject.
   * 'webgpu' rejects from then on, and copies nothing. Default 'auto', or 'webgpu' with a device.
   */
  backend?: 'auto' | 'webgpu' | 'cpu'
  /** The caller's device, with whatever features and limits it has; it stays the caller's. */
  device?: GPUDevice
  /**
   * Told once when a sampler of backend 'auto' goes on on the CPU: `('cpu', why)`. What it throws is an uncaught error, and no
   * call's.
   */
  onBackendChange?: OnBackendChange
}

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
