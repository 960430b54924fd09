import { type Finding, ofCorrelation, ofSamples } from './finding'
import type { Scale, Source } from './source'

export const NOISE_CDF = {
  uniform: (x: number) => x,
  exponential: (x: number) => -Math.expm1(-x),
  gumbel: (x: number) => Math.exp(-Math.exp(-x)),
}
export type Kind = keyof typeof NOISE_CDF
/** Of each its own: of the same words each kind would find the same. */
const SEEDS: Record<Kind, number> = { uniform: 301, exponential: 302, gumbel: 303 }

/** Noise has its distribution. */
export async function distribution(kind: Kind, source: Source, { draws }: Scale): Promise<Finding> {
  return ofSamples(
    Float64Array.from(await source.noise(kind, { batchSize: 4, numClasses: draws / 4, seed: SEEDS[kind] })),
    NOISE_CDF[kind],
  )
}

/** Noise of neighbouring draws, which is the score of a class that is alone, has no correlation. */
export async function drawCorrelation(source: Source, { draws }: Scale): Promise<Finding> {
  const options = { batchSize: 1, numClasses: 1, seed: 304, numSamples: draws, scores: true }
  const { scores } = await source.sample(new Float32Array(1), options)
  // Uniform, and scaled to variance 1.
  const scaled = Float64Array.from(scores!, (g) => Math.sqrt(12) * (NOISE_CDF.gumbel(g) - 0.5))
  let sum = 0
  for (let i = 0; i < draws; i += 2) sum += scaled[i] * scaled[i + 1]
  return ofCorrelation(sum / (draws / 2), draws / 2)
}
