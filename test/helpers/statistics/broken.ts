import type { NoiseOptions, Seed } from 'gumbel-webgpu'
import { Random } from '../random'
import type { Axis, Source } from './source'

/** A sampler that is wrong on purpose, in one way. */
export interface Broken {
  name: string
  of(right: Source): Source
}

function changedWords(name: string, change: (words: Uint32Array) => void): Broken {
  return {
    name,
    of: (right) => ({
      ...right,
      words: async (options) => {
        const words = await right.words(options)
        change(words)
        return words
      },
    }),
  }
}

function changedDraws(name: string, change: (indices: Int32Array, scores?: Float32Array) => void): Broken {
  return {
    name,
    of: (right) => ({
      ...right,
      sample: async (logits, options) => {
        const result = await right.sample(logits, options)
        change(result.indices, result.scores)
        return result
      },
    }),
  }
}

/** Noise that is taken from other names. */
function changedNames(name: string, change: (options: NoiseOptions) => Partial<NoiseOptions>): Broken {
  return {
    name,
    of: (right) => ({
      ...right,
      words: (options) => right.words({ ...options, ...change(options as NoiseOptions) }),
      sample: (logits, options) => right.sample(logits, { ...options, ...change(options as NoiseOptions) }),
    }),
  }
}

function without(bit: number, seed: Seed): bigint {
  return BigInt(seed) & ~BigInt(bit)
}

/** Neighbours `lag` apart on an axis, a power of two, have the same noise, one pair after another. */
export function shared(axis: Axis, lag: number): Broken {
  const name = `${axis} ${lag} apart share noise`
  switch (axis) {
    case 'classes':
      return changedWords(name, (words) => words.forEach((_, i) => (words[i] = words[i & ~lag])))
    case 'streams':
      return changedNames(name, ({ batchSize }) => ({
        streams: Array.from({ length: batchSize }, (_, row) => row & ~lag),
      }))
    case 'steps':
      return changedNames(name, ({ step = 0 }) => ({ step: (Number(step) & ~lag) >>> 0 }))
    case 'seeds':
      return changedNames(name, ({ seed }) => ({
        seed: typeof seed === 'object' ? Array.from(seed, (each) => without(lag, each)) : without(lag, seed),
      }))
  }
}

export const COARSE_WORDS = changedWords('the words have 24 bits', (words) =>
  words.forEach((word, i) => (words[i] = word & ~0xff)),
)
export const STICKY_BIT = changedWords('one bit is 1 in 52 % of the words', (words) => {
  const random = new Random(401)
  words.forEach((word, i) => random.uniform() < 0.04 && (words[i] = word | 0x10))
})
/** The highest eighth of the values of the bits from `shift` on below `shift + 3`. */
export function rareHigh(shift: number): Broken {
  return changedWords('a fifth of the highest values is missing', (words) => {
    const random = new Random(402)
    words.forEach(
      (word, i) => ((word >>> shift) & 7) === 7 && random.uniform() < 0.2 && (words[i] = word ^ (1 << shift)),
    )
  })
}
export const NO_LEAST = changedWords('words below 2^22 are missing', (words) =>
  words.forEach((word, i) => word < 2 ** 22 && (words[i] = ~word)),
)
export const COUNTING = changedWords('words count up', (words) =>
  words.forEach((_, i) => (words[i] = Math.imul(i, 0x9e3779b1))),
)
export const LOST_BIT = changedNames(
  'the last bit of every name is lost',
  ({ seed, step = 0, streams, classOffset = 0 }) => ({
    seed: typeof seed === 'object' ? seed : without(1, seed),
    step: (Number(step) & ~1) >>> 0,
    streams: typeof streams === 'number' ? (streams & ~1) >>> 0 : streams,
    classOffset: (classOffset & ~8) >>> 0,
  }),
)
export const LOUD: Broken = {
  name: 'noise is 5 % too large',
  of: (right) => ({
    ...right,
    noise: async (kind, options) => (await right.noise(kind, options)).map((x) => 1.05 * x),
  }),
}
export const HOT: Broken = {
  name: 'the temperature is 5 % too high',
  of: (right) => ({
    ...right,
    sample: (logits, options) =>
      right.sample(logits, { ...options, temperature: 1.05 * (options.temperature as number) }),
  }),
}
export const COPYING = changedDraws('one draw in 10 copies the one before', (indices, scores) => {
  const random = new Random(405)
  for (let i = 1; i < indices.length; i++) {
    if (random.uniform() >= 0.1) continue
    indices[i] = indices[i - 1]
    if (scores) scores[i] = scores[i - 1]
  }
})
export const UNEVEN = changedDraws('every eighth class loses a third of its draws', (indices) => {
  const random = new Random(406)
  indices.forEach((index, i) => index % 8 === 7 && random.uniform() < 1 / 3 && (indices[i] = index - 7))
})
export const THIN_TAIL = changedDraws('a third of the draws from the tail is lost', (indices) => {
  const random = new Random(407)
  indices.forEach((index, i) => index > 0 && random.uniform() < 1 / 3 && (indices[i] = 0))
})
export const FAVOURED = changedDraws('the first classes win with larger scores', (indices, scores) =>
  scores?.forEach((score, i) => indices[i] < 8 && (scores[i] = score + 0.2)),
)
export const SOFT: Broken = {
  name: 'tau is 5 % too high',
  of: (right) => ({
    ...right,
    gumbelSoftmax: (logits, options) =>
      right.gumbelSoftmax(logits, { ...options, tau: 1.05 * (options.tau as number) }),
  }),
}
