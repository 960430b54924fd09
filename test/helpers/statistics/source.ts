import type {
  GumbelSoftmaxCallOptions,
  GumbelSoftmaxResult,
  NoiseOptions,
  SampleCallOptions,
  SampleResult,
  Sampler,
} from 'gumbel-webgpu'

/** What is tested: a sampler, or one that is broken on purpose. */
export interface Source {
  words(options: NoiseOptions): Promise<Uint32Array>
  noise(kind: 'uniform' | 'exponential' | 'gumbel', options: NoiseOptions): Promise<Float32Array>
  sample(logits: Float32Array, options: SampleCallOptions): Promise<SampleResult>
  gumbelSoftmax(logits: Float32Array, options: GumbelSoftmaxCallOptions): Promise<GumbelSoftmaxResult>
}

export function sourceOf(sampler: Sampler): Source {
  return {
    words: (options) => sampler.noise('bits', options),
    noise: (kind, options) => sampler.noise(kind, options),
    sample: (logits, options) => sampler.sample(logits, options),
    gumbelSoftmax: (logits, options) => sampler.gumbelSoftmax(logits, options),
  }
}

/** How much is drawn. */
export interface Scale {
  /** Words along each axis; a power of two from 2^17 on. */
  words: number
  /** Calls along steps. */
  steps: number
  draws: number
  /** Draws where each needs a row of logits of its own. */
  rows: number
}

/** A second or two in all, and minutes. */
export const QUICK: Scale = { words: 2 ** 17, steps: 64, draws: 2 ** 16, rows: 2 ** 14 }
export const FULL: Scale = { words: 2 ** 23, steps: 512, draws: 2 ** 20, rows: 2 ** 17 }

/** What words and draws may be neighbours in. */
export const AXES = ['classes', 'streams', 'steps', 'seeds'] as const
export type Axis = (typeof AXES)[number]

/** `[rows, columns]` as `[columns, rows]`. */
function transposed(words: Uint32Array, columns: number): Uint32Array {
  const rows = words.length / columns
  const out = new Uint32Array(words.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = words[r * columns + c]
  return out
}

/** Words in runs along an axis: in each, neighbours differ by 1 in it and in nothing else. */
export async function wordsAlong(axis: Axis, source: Source, { words: count, steps }: Scale): Promise<Uint32Array> {
  const rows = count / 8
  switch (axis) {
    case 'classes':
      return source.words({ batchSize: 8, numClasses: rows, seed: 101 })
    case 'streams':
      return transposed(await source.words({ batchSize: rows, numClasses: 8, seed: 102 }), 8)
    case 'seeds': {
      const seed = BigUint64Array.from({ length: rows }, (_, i) => BigInt(i))
      return transposed(await source.words({ batchSize: rows, numClasses: 8, seed }), 8)
    }
    case 'steps': {
      const each = count / steps
      const out = new Uint32Array(count)
      for (let step = 0; step < steps; step++) {
        const words = await source.words({ batchSize: each / 64, numClasses: 64, seed: 103, step })
        for (let i = 0; i < each; i++) out[i * steps + step] = words[i]
      }
      return out
    }
  }
}
