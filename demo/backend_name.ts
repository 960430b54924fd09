import type { Sampler } from 'gumbel-webgpu'

/** The backend in words, such as 'WebGPU: nvidia hopper'. */
export function backendName({ device }: Sampler): string {
  if (!device) return 'CPU'
  const { description, vendor, architecture } = device.adapterInfo
  return `WebGPU: ${description || `${vendor} ${architecture}`.trim() || 'adapter without a name'}`
}
