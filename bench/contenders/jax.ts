import { defaultDevice, getWebGPUDevice, grad, init, jit, nn, numpy as np, random } from '@jax-js/jax'
import type { Operation } from '../cases'
import { type Contender, TAU } from '../contender'

/** jax-js on a device of its own, from the same adapter. */
export async function jax(): Promise<Contender> {
  const devices = await init('webgpu')
  if (!devices.includes('webgpu')) throw new Error('it has no WebGPU backend here')
  defaultDevice('webgpu')
  const device = getWebGPUDevice()
  return {
    name: 'jax-js',
    about: 'random.categorical, or random.gumbel with softmax and grad, of @jax-js/jax under jit, on its own device',
    operations: Object.keys(CALLS) as Operation[],
    device,
    async prepare({ operation, batchSize, numClasses, host }) {
      // Rows of up to 32 classes are unrolled into one kernel with their noise; SwiftShader compiled that of 10 classes
      // for more than three minutes, until the GPU process was ended.
      if (device.adapterInfo.architecture === 'swiftshader' && numClasses > 6 && numClasses <= 32)
        throw new Error(`its kernel for rows of ${numClasses} classes does not finish compiling on SwiftShader`)
      const logits = np.array(host, { shape: [batchSize, numClasses] })
      const key = random.key(1)
      await Promise.all([logits.blockUntilReady(), key.blockUntilReady()])
      const call = jit(CALLS[operation as Known])
      const sampler = operation === 'sample'
      // Every call has results of its own, which stay until they are waited for.
      const resultBytes = 4 * (operation.startsWith('gumbel-softmax') ? host.length : 2 * batchSize)
      const atOnce = Math.max(1, Math.floor(MAX_RESULT_BYTES / resultBytes))
      return {
        async run(calls) {
          for (let rest = calls; rest > 0; rest -= atOnce) {
            const results = Array.from({ length: Math.min(rest, atOnce) }, () => call(key.ref, logits.ref)).flat()
            await Promise.all(results.map((result) => result.blockUntilReady()))
            results.forEach((result) => result.dispose())
          }
        },
        draw: sampler ? async (seed) => Int32Array.from(await call(random.key(seed), logits.ref)[0].data()) : undefined,
        destroy() {
          logits.dispose()
          key.dispose()
          call.dispose()
        },
      }
    },
  }
}

const MAX_RESULT_BYTES = 2 ** 28

type Known = 'sample' | 'sample-log-probs' | Extract<Operation, `gumbel-${string}`>

/** `.ref` keeps an array that is used again: jax-js frees what a function has consumed. */
const CALLS: Record<Known, (key: np.Array, logits: np.Array) => np.Array[]> = {
  sample: (key, logits) => [random.categorical(key, logits)],
  'sample-log-probs'(key, logits) {
    const indices = random.categorical(key, logits.ref)
    const chosen = np.expandDims(indices.ref, 1)
    return [indices, np.takeAlongAxis(nn.logSoftmax(logits), chosen, 1)]
  },
  'gumbel-softmax': (key, logits) => [relaxed(random.gumbel(key, logits.shape), logits)],
  'gumbel-softmax-hard'(key, logits) {
    // nn.oneHot would make an identity matrix of all classes first.
    const classes = np.arange(logits.shape[1])
    return [np.expandDims(random.categorical(key, logits), 1).equal(classes).astype(np.float32)]
  },
  'gumbel-softmax-backward'(key, logits) {
    const noise = random.gumbel(key, logits.shape)
    // The logits stand in for the gradient of the samples, as in this library's own run.
    const loss = (l: np.Array, noise: np.Array, gradSamples: np.Array) => np.sum(relaxed(noise, l).mul(gradSamples))
    return [grad(loss)(logits.ref, noise, logits)]
  },
  // Its gradient makes the samples too.
  'gumbel-softmax-forward-backward': (key, logits) => CALLS['gumbel-softmax-backward'](key, logits),
}

function relaxed(noise: np.Array, logits: np.Array): np.Array {
  return nn.softmax(noise.add(logits).div(TAU), -1)
}
