import type { NoiseRange } from '../../src/noise_ranges'
import { Context, variantOf } from '../../src/webgpu/context'
import { requestDevice } from '../../src/webgpu/device'
import { digestNoise } from '../../src/webgpu/digest_noise'

export interface GpuDigest {
  /** What the adapter says it is. */
  adapter: string
  digest(ranges: readonly NoiseRange[]): Promise<number[]>
}

/** Digests on the WebGPU of the browser or runtime that this runs in. */
export async function openGpu(): Promise<GpuDigest> {
  const device = await requestDevice()
  if (device instanceof Error) throw device
  const { vendor, architecture, description } = device.adapterInfo
  const context = new Context(device, variantOf(device))
  return {
    adapter: description || [vendor, architecture].filter(Boolean).join(' ') || 'not named',
    digest: async (ranges) => Array.from(await digestNoise(context, ranges)),
  }
}
