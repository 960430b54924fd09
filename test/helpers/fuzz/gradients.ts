import { rowScores } from '../../../src/operations/gumbel_softmax/compute'
import { settingsOf } from '../../../src/check_settings'
import { emptySettings, settingsOfRow } from '../../../src/settings'
import { MIN_NORMAL } from '../soft'
import { type Case, optionsOf, valueOf } from './cases'

/** For each gradient that a call may give, a number for each of its values. */
type Each = Record<'gradLogits' | 'gradTau' | 'gradTemperature', Float64Array>

export interface GradientSizes {
  /** What is added up, without its signs: rounding is in proportion to it. */
  sums: Each
  /** How far off a gradient may be where devices take what is below the least normal number as 0. */
  underflows: Each
}

/** The least positive float32. */
const MIN_POSITIVE = 2 ** -149
/** The largest gradient of a sample that is taken. */
const MOST_GRAD_SAMPLE = Math.fround(1e28)
/** Larger terms may pass float32's range on their way. */
const MOST = 1e36

/**
 * For the soft `samples` of a case, its logits and gradients of samples, packed; `given` where gradients are made from these samples
 * rather than from the noise.
 */
export function gradientSizes(
  each: Case,
  samples: Float32Array,
  logits: Float32Array,
  gradSamples: Float32Array,
  given: boolean,
): GradientSizes {
  const { numClasses, numSamples } = each
  const options = optionsOf(each)
  const { batchSize } = options
  const zeros = (): Each => ({
    gradLogits: new Float64Array(batchSize * numClasses),
    gradTau: new Float64Array(batchSize),
    gradTemperature: new Float64Array(batchSize),
  })
  const settings = settingsOf({ ...options }, batchSize)
  const scores = new Float32Array(numClasses)
  const sizes: GradientSizes = { sums: zeros(), underflows: zeros() }
  for (let r = 0; r < batchSize; r++) {
    const [temperature, tau] = [valueOf(options.temperature, r), valueOf(options.tau, r)]
    const inverse = 1 / (temperature * tau)
    const l = logits.subarray(r * numClasses, (r + 1) * numClasses)
    for (let draw = r * numSamples; draw < (r + 1) * numSamples; draw++) {
      const y = samples.subarray(draw * numClasses, (draw + 1) * numClasses)
      const g = gradSamples.subarray(draw * numClasses, (draw + 1) * numClasses)
      const number = draw - r * numSamples
      const noise = {
        settings: settingsOfRow(emptySettings(), settings, r),
        number,
        extended: options.tail === 'extended',
      }
      rowScores(scores, logits, r * numClasses, options.classOffset ?? 0, noise)
      const best = y.reduce((most, value, c) => (value > y[most] ? c : most), 0)
      // A row without a distribution, or a draw that adds nothing.
      const isFlawed = (value: number, c: number) =>
        !(value >= 0 && value < 2) || !(l[c] === -Infinity || Math.abs(g[c]) <= MOST_GRAD_SAMPLE)
      if (!(y[best] > 0) || y.some(isFlawed)) continue
      const mean = y.reduce((sum, value, c) => sum + (value > 0 ? value * Math.abs(g[c] - g[best]) : 0), 0)
      // What the mean loses of classes that weigh less than the least normal number.
      const lostMean = g.reduce(
        (sum, value, c) => sum + (l[c] === -Infinity ? 0 : MIN_NORMAL * Math.abs(value - g[best])),
        0,
      )
      for (let c = 0; c < numClasses; c++) {
        if (l[c] === -Infinity) continue
        const difference = Math.abs(g[c] - g[best]) + mean
        const lost = (y[c] > 0 ? MIN_NORMAL * (difference + 1) : MIN_POSITIVE * difference) + y[c] * lostMean
        // At a large tau samples are equal where their scores are not, of which the noise still has all digits.
        const log = given ? Math.log(y[c] / y[best]) : (scores[c] - scores[best]) * inverse
        const u = y[c] > 0 ? Math.abs(log) : 104
        for (const [into, d] of [
          [sizes.sums, y[c] * difference],
          [sizes.underflows, lost],
        ] as const) {
          into.gradLogits[r * numClasses + c] += d * inverse
          into.gradTau[r] += (d * u) / tau
          into.gradTemperature[r] += (d * Math.abs(l[c] - l[best]) * inverse) / temperature
        }
        // So may logits, their quotients, and what is added up before it is divided by tau or the temperature.
        sizes.underflows.gradTemperature[r] += (MIN_NORMAL * (y[c] * difference * (2 * inverse + 1) + 1)) / temperature
        sizes.underflows.gradTau[r] += MIN_NORMAL / tau
      }
    }
  }
  for (const name of Object.keys(sizes.underflows) as (keyof Each)[])
    sizes.underflows[name] = sizes.underflows[name].map((size) => size + numSamples * MIN_NORMAL)
  return sizes
}

/** Rows whose gradients of these names may leave float32's range, on their way if not in the end. */
export function loose({ sums }: GradientSizes, names: readonly (keyof Each)[]): Set<number> {
  const rows = new Set<number>()
  const batchSize = sums.gradTau.length
  for (const name of names)
    sums[name].forEach((sum, i) => {
      if (!(sum < MOST)) rows.add(Math.floor((i * batchSize) / sums[name].length))
    })
  return rows
}

/** Gradients with 0 in these rows. */
export function without(rows: ReadonlySet<number>, gradients: Float32Array, batchSize: number): Float32Array {
  return gradients.map((value, i) => (rows.has(Math.floor((i * batchSize) / gradients.length)) ? 0 : value))
}
