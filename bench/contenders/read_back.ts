import type { Contender } from '../contender'
import { OPERATIONS, drawsOf } from '../cases'
import { finished } from '../device'
import { filteredScan, manyDraws, softmaxScan } from '../softmax_scan'

/**
 * The logits read back and drawn from in JavaScript, as transformers.js does it: a softmax, then a walk along the
 * cumulative sum, after a sort where classes are filtered; many draws of a row by a binary search each.
 */
export function readBack(device: GPUDevice): Contender {
  return {
    name: 'read back, JS',
    about: 'the logits read back, softmax and draw in JavaScript, as in transformers.js',
    operations: ['sample', 'sample-top-k-top-p', 'sample-top-k', 'sample-top-p', 'sample-min-p', 'sample-many'],
    async prepare({ operation, batchSize, numClasses, buffer }) {
      const { filters } = OPERATIONS[operation]
      const numSamples = drawsOf({ operation, numClasses })
      const size = 4 * batchSize * numClasses
      const readable = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ })
      const call = async () => {
        const encoder = device.createCommandEncoder()
        encoder.copyBufferToBuffer(buffer, 0, readable, 0, size)
        device.queue.submit([encoder.finish()])
        const mapped = readable.mapAsync(GPUMapMode.READ)
        await finished(device)
        await mapped
        const logits = new Float32Array(readable.getMappedRange())
        const indices = new Int32Array(batchSize * numSamples)
        const weights = new Float32Array(numClasses)
        for (let r = 0; r < batchSize; r++) {
          const row = logits.subarray(r * numClasses, (r + 1) * numClasses)
          if (numSamples > 1) manyDraws(row, indices.subarray(r * numSamples, (r + 1) * numSamples))
          else indices[r] = filters ? filteredScan(row, filters, weights) : softmaxScan(row, weights)
        }
        readable.unmap()
        return indices
      }
      return {
        async run(calls) {
          for (let i = 0; i < calls; i++) await call()
        },
        draw: call,
        destroy: () => readable.destroy(),
      }
    },
  }
}
