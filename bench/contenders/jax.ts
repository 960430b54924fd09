import { defaultDevice, getWebGPUDevice, init, jit, nn, numpy as np, random } from '@jax-js/jax'
import type { Contender } from '../contender'

/** jax-js on a device of its own, from the same adapter. */
export async function jax(): Promise<Contender> {
  const devices = await init('webgpu')
  if (!devices.includes('webgpu')) throw new Error('jax-js has no WebGPU backend here')
  defaultDevice('webgpu')
  const device = getWebGPUDevice()
  return {
    name: 'jax-js',
    about: 'random.categorical of @jax-js/jax under jit, on its own device of the same adapter',
    operations: ['sample', 'sample-log-probs'],
    device: () => device,
    async prepare({ operation, batchSize, numClasses, host }) {
      // Rows of up to 32 classes are unrolled into one kernel with their noise; SwiftShader compiled that of 10 classes
      // for more than three minutes, until the GPU process was ended.
      if (device.adapterInfo.architecture === 'swiftshader' && numClasses > 6 && numClasses <= 32)
        throw new Error(`its kernel for rows of ${numClasses} classes does not finish compiling on SwiftShader`)
      const logits = np.array(host, { shape: [batchSize, numClasses] })
      await logits.blockUntilReady()
      const draw = jit((key: np.Array, l: np.Array) =>
        operation === 'sample' ? [random.categorical(key, l)] : withLogProbs(random.categorical(key, l.ref), l),
      )
      const key = random.key(1)
      await key.blockUntilReady()
      return {
        async run(calls) {
          const results = Array.from({ length: calls }, () => draw(key.ref, logits.ref)).flat()
          await Promise.all(results.map((result) => result.blockUntilReady()))
          results.forEach((result) => result.dispose())
        },
        destroy() {
          logits.dispose()
          key.dispose()
          draw.dispose()
        },
      }
    },
  }
}

function withLogProbs(indices: np.Array, logits: np.Array): np.Array[] {
  const chosen = nn.oneHot(indices.ref, logits.shape[1])
  return [indices, np.sum(nn.logSoftmax(logits).mul(chosen), -1)]
}
