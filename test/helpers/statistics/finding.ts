import jstat from 'jstat'
import { type ChiSquared, chiSquared } from '../chi_squared'
import { kolmogorovSmirnov } from '../kolmogorov_smirnov'

const { chisquare, normal } = jstat.jStat

/** A test refuses where its p-value is below this: of 100 right samplers' tests, one run in 100 has one. */
export const LEVEL = 1e-4
/** The chance with which a deviation `sees` is refused at that level. */
export const POWER = 0.99
/** Standard deviations from 0 that a normal statistic must be shifted by, so that it passes LEVEL, of two sides, with POWER. */
const SHIFT = 3.891 + 2.326

/** What a test finds: its p-value, and in words the least deviation that it would refuse with the chance POWER. */
export interface Finding {
  p: number
  sees: string
}

const digits = (x: number) => String(Number(x.toPrecision(2)))
const percent = (x: number) => `${digits(100 * x)} %`

/** The shift of a chi-squared statistic that is refused with the chance POWER; by the normal limit of its distribution. */
function noncentrality(degrees: number): number {
  const least = chisquare.inv(1 - LEVEL, degrees)
  let [low, high] = [0, 1e6]
  while (high - low > 1e-6 * high) {
    const middle = (low + high) / 2
    if (degrees + middle - 2.326 * Math.sqrt(2 * (degrees + 2 * middle)) > least) high = middle
    else low = middle
  }
  return high
}

function refusedByChiSquared({ p, degrees }: Pick<ChiSquared, 'p' | 'degrees'>, total: number): Finding {
  return { p, sees: `chances off by ${percent(Math.sqrt(noncentrality(degrees) / total))} (rms)` }
}

/** Counts against the probabilities of their cells. */
export function ofCounts(counts: readonly number[], probabilities: readonly number[]): Finding {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return refusedByChiSquared(chiSquared(counts, probabilities), total)
}

/** Counts of cells that are equally likely. */
export function ofEqualCounts(counts: ArrayLike<number>): Finding {
  const all = Array.from(counts)
  return ofCounts(
    all,
    all.map(() => 1 / all.length),
  )
}

/** Counts each of `trials` that have an even chance, taken together. */
export function ofEvenChances(counts: ArrayLike<number>, trials: number): Finding {
  let statistic = 0
  for (let i = 0; i < counts.length; i++) statistic += (2 * counts[i] - trials) ** 2 / trials
  const p = 1 - chisquare.cdf(statistic, counts.length)
  return {
    p,
    sees: `chances of ½ off by ${percent(Math.sqrt(noncentrality(counts.length) / counts.length / trials))} of it (rms)`,
  }
}

/** A count of rare events of which `mean` are expected; two-sided, half of the count's own chance on each side. */
export function ofRareEvents(count: number, mean: number): Finding {
  const atLeast = (k: number) => (k === 0 ? 1 : chisquare.cdf(2 * mean, 2 * k))
  const above = (atLeast(count) + atLeast(count + 1)) / 2
  return {
    p: Math.min(1, 2 * Math.min(above, 1 - above)),
    sees: `${digits(mean)} events off by ${percent((SHIFT * Math.sqrt(mean) + 4) / mean)}`,
  }
}

/** The correlation of two sums of squares 1, over `pairs` independent pairs. */
export function ofCorrelation(correlation: number, pairs: number): Finding {
  const p = 2 * normal.cdf(-Math.abs(correlation) * Math.sqrt(pairs), 0, 1)
  return { p, sees: `a correlation of ${digits(SHIFT / Math.sqrt(pairs))}` }
}

/** Samples against their distribution. */
export function ofSamples(samples: Float64Array, cdf: (x: number) => number): Finding {
  const { p } = kolmogorovSmirnov(samples, cdf)
  // Kolmogorov's limit at LEVEL, and 2.326 of the greatest deviation that the distance at one place has.
  const distance = (Math.sqrt(Math.log(2 / LEVEL) / 2) + 2.326 / 2) / Math.sqrt(samples.length)
  return { p, sees: `a distribution ${percent(distance)} off` }
}
