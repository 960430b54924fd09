import type { Indices, Logits, Sampler, Values } from 'gumbel-webgpu'
import { gradientsOf, indicesOf, logitsOf, simplexOf } from '../draws/inputs'

/** What the calls of these tests read, beside their options. */
export interface Inputs {
  logits: Logits
  gradSamples: Values
  samples: Values
  indices: Indices
}

const SHAPE = { batchSize: 2, numClasses: 5, numSamples: 4 }
const DRAWS = SHAPE.batchSize * SHAPE.numSamples

/** Options that every call takes, and that change what it gives. */
export function commonOptions() {
  return {
    ...SHAPE,
    seed: BigUint64Array.of(2n ** 63n + 5n, 6n),
    streams: Uint32Array.of(9, 2 ** 31 + 8),
    step: 7,
    temperature: Float32Array.of(0.5, 2),
    tau: Float32Array.of(0.7, 0.9),
    tail: 'extended' as const,
  }
}

/** The inputs in host memory. */
export function hostInputs() {
  return {
    logits: logitsOf('bell', SHAPE.batchSize, SHAPE.numClasses),
    gradSamples: gradientsOf(DRAWS, SHAPE.numClasses),
    samples: simplexOf(DRAWS, SHAPE.numClasses),
    indices: indicesOf(DRAWS, SHAPE.numClasses),
  }
}

export interface Call {
  /** Names of options that this call uses beside those that every call takes, with values. */
  own(inputs: Inputs): object
  call(sampler: Sampler, inputs: Inputs, options: object): Promise<object>
}

/** Every call that gives results, with options of any form. */
export const CALLS: Record<string, Call> = {
  sample: {
    own: () => ({
      logProbs: true,
      scores: true,
      bias: Float32Array.of(0, 3, 0, -1, 2),
      bitmask: Int32Array.of(0b11011, 0b11110),
      penalties: { tokens: Int32Array.of(1, 1, 4, 0), repetition: [1.3, 1], presence: 0.5 },
    }),
    call: (sampler, { logits }, options) => sampler.sample(logits, options as never),
  },
  gumbelSoftmax: {
    own: () => ({ logProbs: true }),
    call: (sampler, { logits }, options) => sampler.gumbelSoftmax(logits, options as never),
  },
  gumbelSoftmaxBackward: {
    own: () => ({ gradTau: true, gradTemperature: true }),
    call: (sampler, { gradSamples, logits }, options) =>
      sampler.gumbelSoftmaxBackward(gradSamples, logits, options as never),
  },
  'gumbelSoftmaxBackward of samples': {
    own: ({ samples }) => ({ samples, gradTau: true, gradTemperature: true }),
    call: (sampler, { gradSamples, logits }, options) =>
      sampler.gumbelSoftmaxBackward(gradSamples, logits, options as never),
  },
  concreteLogProb: {
    own: () => ({}),
    call: async (sampler, { samples, logits }, options) => ({
      logDensities: await sampler.concreteLogProb(samples, logits, options as never),
    }),
  },
  gumbelGivenIndex: {
    own: () => ({}),
    call: async (sampler, { logits, indices }, options) => {
      const { noise, invalidRows } = await sampler.gumbelGivenIndex(logits, indices, options as never)
      return { posteriorNoise: noise, invalidRows }
    },
  },
  noise: {
    own: () => ({}),
    call: async (sampler, _, options) => ({ noise: await sampler.noise('gumbel', options as never) }),
  },
}
