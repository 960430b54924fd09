/** What the page runs: the global `tail` for the script that drives it. */
import { createSampler } from '../../src'

export interface Tail {
  /** What the adapter says it is. */
  adapter: string
  /** How many of `draws` draws are not the head, which is class 0 and `gap` nats above the `numClasses - 1` others. */
  count(numClasses: number, gap: number, draws: number, step: number): Promise<number>
}

async function openTail(): Promise<Tail> {
  const sampler = await createSampler({ backend: 'webgpu' })
  const device = sampler.device!
  const { vendor, architecture, description } = device.adapterInfo
  const rows = new Map<number, GPUBuffer>()
  /** One row of logits lies on the GPU for all draws of a gap. */
  const rowOf = (numClasses: number, gap: number) => {
    let buffer = rows.get(gap)
    if (buffer) return buffer
    const { STORAGE, COPY_DST } = GPUBufferUsage
    buffer = device.createBuffer({ label: 'tail', size: 4 * numClasses, usage: STORAGE | COPY_DST })
    device.queue.writeBuffer(buffer, 0, new Float32Array(numClasses).fill(-gap, 1))
    rows.set(gap, buffer)
    return buffer
  }
  return {
    adapter: description || [vendor, architecture].filter(Boolean).join(' ') || 'not named',
    count: async (numClasses, gap, draws, step) => {
      const options = { batchSize: 1, numClasses, seed: 2026, step, numSamples: draws }
      const { indices } = await sampler.sample({ buffer: rowOf(numClasses, gap) }, options)
      return indices.reduce((sum, index) => sum + Number(index !== 0), 0)
    },
  }
}

Object.assign(globalThis, { tail: openTail() })
