import type { Indices, Logits, Sampler, Values } from 'gumbel-webgpu'
import { randomLogits } from './logits'
import { Random } from './random'

const SHAPE = { batchSize: 6, numClasses: 300, numSamples: 2 }
/** One whose kernels compile fast: a lane holds a row, alone. */
export const LITTLE: typeof SHAPE = { batchSize: 20, numClasses: 16, numSamples: 2 }

/** What one call of each kind draws from, in host memory or GPU buffers. */
export interface Inputs {
  logits: Logits
  samples: Values
  gradSamples: Values
  indices: Indices
  options: HostInputs['options']
}

/** The same in host memory; nothing is shared between two of them. */
export interface HostInputs extends Inputs {
  logits: Float32Array<ArrayBuffer>
  /** A row for each draw, from a relaxed sampler. */
  samples: Float32Array<ArrayBuffer>
  gradSamples: Float32Array<ArrayBuffer>
  indices: Int32Array<ArrayBuffer>
  /** Lists of one a row, of every type that they may have. */
  options: typeof SHAPE & {
    seed: BigUint64Array<ArrayBuffer>
    streams: number[]
    temperature: Float32Array<ArrayBuffer>
    tau: number[]
  }
}

export function inputsOf(seed: number, shape = SHAPE): HostInputs {
  const { batchSize, numClasses, numSamples } = shape
  const draws = numSamples * batchSize
  const random = new Random(seed)
  const each = <T>(length: number, value: () => T) => Array.from({ length }, value)
  return {
    logits: randomLogits('normal', batchSize, numClasses, seed),
    samples: new Float32Array(draws * numClasses).fill(1 / numClasses),
    gradSamples: randomLogits('normal', draws, numClasses, seed + 1),
    indices: Int32Array.from({ length: draws }, () => random.whole(0, numClasses - 1)),
    options: {
      ...shape,
      seed: BigUint64Array.from(each(batchSize, () => random.seed())),
      streams: each(batchSize, () => random.word()),
      temperature: Float32Array.from(each(batchSize, () => 0.5 + random.uniform())),
      tau: each(batchSize, () => 0.5 + random.uniform()),
    },
  }
}

/** Writes over all that a call was given, as its caller may once the call has returned. */
export function overwrite({ logits, samples, gradSamples, indices, options }: HostInputs): void {
  for (const array of [logits, samples, gradSamples, options.temperature]) array.fill(7)
  indices.fill(0)
  options.seed.fill(0n)
  options.streams.fill(0)
  options.tau.fill(9)
  Object.assign(options, { batchSize: 1, numClasses: logits.length })
}

/** Arrays of a result, by name. */
export type Arrays = Record<string, ArrayLike<number> | undefined>

/** A call of each kind that reads back. */
export const KINDS: Record<string, (sampler: Sampler, inputs: Inputs) => Promise<Arrays>> = {
  sample: async (sampler, { logits, options }) => {
    const { indices, scores, logProbs } = await sampler.sample(logits, { ...options, scores: true, logProbs: true })
    return { indices, scores, logProbs }
  },
  'sample by inverse-cdf': async (sampler, { logits, options }) => {
    const { indices, logProbs } = await sampler.sample(logits, { ...options, method: 'inverse-cdf', logProbs: true })
    return { indices, logProbs }
  },
  // Rows apart, as in the last position of [batch, time, vocabulary].
  'sample of a view': async (sampler, { logits, options }) => {
    const numClasses = Math.floor(0.9 * options.numClasses)
    const offset = Math.ceil(options.numClasses / 30)
    const places = { offset, rowStride: numClasses + offset }
    const view = logits instanceof Float32Array ? { data: logits, ...places } : { ...logits, ...places }
    const { indices, scores } = await sampler.sample(view, { ...options, numClasses, scores: true })
    return { indices, scores }
  },
  gumbelSoftmax: async (sampler, { logits, options }) => {
    const { samples, indices } = await sampler.gumbelSoftmax(logits, options)
    return { samples, indices }
  },
  gumbelSoftmaxBackward: async (sampler, { gradSamples, logits, options }) => {
    const asked = { ...options, gradTau: true, gradTemperature: true }
    const { gradLogits, gradTau, gradTemperature } = await sampler.gumbelSoftmaxBackward(gradSamples, logits, asked)
    return { gradLogits, gradTau, gradTemperature }
  },
  'gumbelSoftmaxBackward of samples': async (sampler, { gradSamples, logits, samples, options }) => {
    const { gradLogits } = await sampler.gumbelSoftmaxBackward(gradSamples, logits, { ...options, samples })
    return { gradLogits }
  },
  concreteLogProb: async (sampler, { samples, logits, options }) => ({
    logProbs: await sampler.concreteLogProb(samples, logits, options),
  }),
  gumbelGivenIndex: async (sampler, { logits, indices, options }) => {
    const { noise } = await sampler.gumbelGivenIndex(logits, indices, options)
    return { noise }
  },
  noise: async (sampler, { options }) => ({ gumbel: await sampler.noise('gumbel', options) }),
}
