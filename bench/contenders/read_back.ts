import type { Contender } from '../contender'
import { finished } from '../device'
import { softmaxScan } from '../softmax_scan'

/**
 * The logits read back and drawn from in JavaScript, as transformers.js does it: a softmax, then a walk along the
 * cumulative sum. It sorts first, for its top-k, which is left out here.
 */
export function readBack(device: GPUDevice): Contender {
  return {
    name: 'read back, JS',
    about: 'the logits read back, softmax and draw in JavaScript, as in transformers.js',
    operations: ['sample'],
    async prepare({ batchSize, numClasses, buffer }) {
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
        const indices = new Int32Array(batchSize)
        const weights = new Float32Array(numClasses)
        for (let row = 0; row < batchSize; row++)
          indices[row] = softmaxScan(logits.subarray(row * numClasses, (row + 1) * numClasses), weights)
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
