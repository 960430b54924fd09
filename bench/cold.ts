/** From nothing to a first result, in a browser that has compiled nothing yet. */

import type { numpy } from '@jax-js/jax'
import { TAU } from './contender'
import { generateLogits } from './logits'

/** Where every contender starts: logits in host memory, and no device. */
const SIZE = { batchSize: 64, numClasses: 1000 }

/** Does it all once, and gives its result in host memory. */
type Cold = (logits: Float32Array<ArrayBuffer>) => Promise<ArrayLike<number>>

/** The gradient makes its noise again, or is `given` the samples; both calls are made ready first where `prepared`. */
async function softAndGradient({ given = false, prepared = false } = {}): Promise<Cold> {
  const { createSampler } = await import('gumbel-webgpu')
  return async (logits) => {
    const sampler = await createSampler({ backend: 'webgpu' })
    if (prepared)
      await sampler.prepare([
        { operation: 'gumbelSoftmax', ...SIZE },
        { operation: 'gumbelSoftmaxBackward', ...SIZE },
      ])
    const options = { ...SIZE, seed: 1, tau: TAU }
    const { samples } = await sampler.gumbelSoftmax(logits, options)
    const asked = given ? { ...options, samples } : options
    return (await sampler.gumbelSoftmaxBackward(samples, logits, asked)).gradLogits
  }
}

/** Loads the module of a contender, which no time counts, and gives what is timed. */
const COLD = {
  async 'gumbel-webgpu, sample'(): Promise<Cold> {
    const { createSampler } = await import('gumbel-webgpu')
    return async (logits) => {
      const sampler = await createSampler({ backend: 'webgpu' })
      return (await sampler.sample(logits, { ...SIZE, seed: 1 })).indices
    }
  },
  async 'gumbel-webgpu, sample without self-check'(): Promise<Cold> {
    const { createSampler } = await import('gumbel-webgpu')
    return async (logits) => {
      const sampler = await createSampler({ backend: 'webgpu', selfCheck: false })
      return (await sampler.sample(logits, { ...SIZE, seed: 1 })).indices
    }
  },
  async 'gumbel-webgpu, soft'(): Promise<Cold> {
    const { createSampler } = await import('gumbel-webgpu')
    return async (logits) => {
      const sampler = await createSampler({ backend: 'webgpu' })
      return (await sampler.gumbelSoftmax(logits, { ...SIZE, seed: 1, tau: TAU })).samples
    }
  },
  'gumbel-webgpu, soft and gradient': () => softAndGradient(),
  'gumbel-webgpu, soft and gradient from the samples': () => softAndGradient({ given: true }),
  'gumbel-webgpu, soft and gradient prepared': () => softAndGradient({ prepared: true }),
  async 'jax-js, categorical'(): Promise<Cold> {
    const { defaultDevice, init, jit, numpy: np, random } = await import('@jax-js/jax')
    return async (logits) => {
      await init('webgpu')
      defaultDevice('webgpu')
      const draw = jit((key: numpy.Array, array: numpy.Array) => random.categorical(key, array))
      return draw(random.key(1), np.array(logits, { shape: [SIZE.batchSize, SIZE.numClasses] })).data()
    }
  },
  async 'jax-js, softmax of logits plus gumbel'(): Promise<Cold> {
    const { defaultDevice, init, jit, nn, numpy: np, random } = await import('@jax-js/jax')
    return async (logits) => {
      await init('webgpu')
      defaultDevice('webgpu')
      const relax = jit((key: numpy.Array, array: numpy.Array) =>
        nn.softmax(random.gumbel(key, array.shape).add(array).div(TAU), -1),
      )
      return relax(random.key(1), np.array(logits, { shape: [SIZE.batchSize, SIZE.numClasses] })).data()
    }
  },
  async 'tfjs, multinomial'(): Promise<Cold> {
    const tf = await import('@tensorflow/tfjs-core')
    await import('@tensorflow/tfjs-backend-webgpu')
    return async (logits) => {
      await tf.setBackend('webgpu')
      return tf.multinomial(tf.tensor2d(logits, [SIZE.batchSize, SIZE.numClasses]), 1, 1).data()
    }
  },
} satisfies Record<string, () => Promise<Cold>>

export type ColdName = keyof typeof COLD
export const COLD_NAMES = Object.keys(COLD) as ColdName[]

/** Milliseconds of a contender's first result; the page must not have asked for an adapter before. */
export async function runCold(name: ColdName): Promise<number> {
  const logits = new Float32Array(generateLogits('normal', SIZE.batchSize * SIZE.numClasses))
  const cold = await COLD[name]()
  const begin = performance.now()
  const result = await cold(logits)
  const ms = performance.now() - begin
  if (result.length === 0 || !Number.isFinite(result[0])) throw new Error(`${name} gave no result`)
  return ms
}

/** Milliseconds of the first two calls of each kind once they are prepared. */
export async function runPrepared(): Promise<Record<string, [first: number, second: number]>> {
  const logits = new Float32Array(generateLogits('normal', SIZE.batchSize * SIZE.numClasses))
  const { createSampler } = await import('gumbel-webgpu')
  const sampler = await createSampler({ backend: 'webgpu' })
  const options = { ...SIZE, seed: 1, tau: TAU }
  const calls = {
    sample: () => sampler.sample(logits, options),
    gumbelSoftmax: () => sampler.gumbelSoftmax(logits, options),
    gumbelSoftmaxBackward: () => sampler.gumbelSoftmaxBackward(logits, logits, options),
  }
  const names = ['sample', 'gumbelSoftmax', 'gumbelSoftmaxBackward'] as const
  await sampler.prepare(names.map((operation) => ({ operation, ...SIZE })))
  const times: Record<string, [number, number]> = {}
  for (const name of names) {
    const begin = performance.now()
    await calls[name]()
    const first = performance.now()
    await calls[name]()
    times[name] = [first - begin, performance.now() - first]
  }
  return times
}
