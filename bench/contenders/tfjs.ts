import * as tf from '@tensorflow/tfjs-core'
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import type { Contender } from '../contender'

/** TensorFlow.js on the shared device. */
export async function tfjs(device: GPUDevice): Promise<Contender> {
  tf.removeBackend('webgpu')
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, device.adapterInfo))
  await tf.setBackend('webgpu')
  return {
    name: 'tfjs',
    about: 'multinomial of TensorFlow.js on WebGPU',
    operations: ['sample'],
    device,
    async prepare({ batchSize, numClasses, host }) {
      const logits = tf.tensor2d(host, [batchSize, numClasses])
      let seed = 0
      const call = () => tf.multinomial(logits, 1, ++seed)
      return {
        async run(calls) {
          const results = Array.from({ length: calls }, call)
          // Work is submitted in batches, and the rest of it when something is read.
          await results[calls - 1].data()
          results.forEach((result) => result.dispose())
        },
        async draw(seed) {
          const result = tf.multinomial(logits, 1, seed)
          const indices = Int32Array.from(await result.data())
          result.dispose()
          return indices
        },
        destroy: () => logits.dispose(),
      }
    },
  }
}
