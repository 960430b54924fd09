import { createSampler } from 'gumbel-webgpu'
import type { Contender } from '../contender'
import { finished } from '../device'

/** This library, from a GPU buffer to a GPU buffer. */
export async function own(device: GPUDevice): Promise<Contender> {
  const sampler = await createSampler({ device })
  return {
    name: 'gumbel-webgpu',
    about: 'this library: encodeSample from buffer to buffer',
    operations: ['sample', 'sample-log-probs'],
    device: () => device,
    async prepare({ operation, batchSize, numClasses, buffer }) {
      const output = () => device.createBuffer({ size: 4 * batchSize, usage: GPUBufferUsage.STORAGE })
      const indices = output()
      const logProbs = operation === 'sample-log-probs' ? output() : undefined
      const options = {
        batchSize,
        numClasses,
        seed: 1n,
        logits: { buffer },
        indices: { buffer: indices },
        logProbs: logProbs && { buffer: logProbs },
      }
      let step = 0
      return {
        async run(calls) {
          const encoder = device.createCommandEncoder()
          for (let i = 0; i < calls; i++) sampler.encodeSample(encoder, { ...options, step: step++ })
          device.queue.submit([encoder.finish()])
          await finished(device)
        },
        destroy() {
          indices.destroy()
          logProbs?.destroy()
        },
      }
    },
  }
}
