import type { NoiseRange } from '../../src/noise/ranges'
import { Context } from '../../src/gpu/context'
import { requestDevice } from '../../src/gpu/device'
import { digestOnGpu } from '../../src/gpu/digest'

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
  const context = new Context(device)
  return {
    adapter: description || [vendor, architecture].filter(Boolean).join(' ') || 'not named',
    digest: async (ranges) => Array.from(await digestOnGpu(context, ranges)),
  }
}
