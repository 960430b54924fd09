/** Bias and variance of each estimator against tau. */
import type { Sampler } from 'gumbel-webgpu'
import {
  ESTIMATORS,
  type Estimates,
  type Estimator,
  estimatesOf,
  etaOf,
  fitOf,
  gradientOf,
  rebarOf,
} from './estimators'

export const SAMPLES = 100_000

/** From 0.05 to 10, evenly on a logarithmic axis. */
export const TAUS = Array.from({ length: 13 }, (_, i) => Number((0.05 * 200 ** (i / 12)).toPrecision(3)))

export interface Moments {
  mean: number
  variance: number
  /** The mean less the true gradient. */
  bias: number
  /** The standard error of the mean. */
  error: number
}

export function momentsOf(values: Float64Array, truth: number): Moments {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, variance, bias: mean - truth, error: Math.sqrt(variance / values.length) }
}

export interface Point {
  tau: number
  moments: Record<Estimator, Moments>
}

/** All taus relax the same draws, so that curves are smooth. */
export async function pointAt(
  sampler: Sampler,
  logit: number,
  tau: number,
  seed: number,
  samples = SAMPLES,
): Promise<Point> {
  const logits = new Float32Array(samples).fill(logit)
  const estimates = await estimatesOf(sampler, logits, { tau, seed, step: 0 })
  const truth = gradientOf(logits[0])
  const all = { ...estimates, rebar: crossed(estimates) }
  const moments = ESTIMATORS.map((name) => [name, momentsOf(all[name], truth)])
  return { tau, moments: Object.fromEntries(moments) as Point['moments'] }
}

/** REBAR's, of each half of the draws with the eta of the other half, which does not know them. */
function crossed(estimates: Estimates): Float64Array {
  const { length } = estimates.control
  const half = length >> 1
  const values = rebarOf(estimates, etaOf(fitOf(estimates, half)))
  values.set(rebarOf(estimates, etaOf(fitOf(estimates, 0, half))).subarray(half), half)
  return values
}
