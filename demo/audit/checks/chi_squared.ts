import { RunningChiSquared, quantile } from '../../chi_squared'
import { chance, fixed, grouped } from '../../numbers'
import type { Check } from '../check'
import { ChiSquaredPlot } from '../plot'

const CLASSES = 100
const DRAWS_AT_ONCE = 50_000
const DRAWS = 1_000_000
const TEMPERATURE = 0.9
/** Right draws are refused once in a thousand runs; the seed is fixed, and a right device draws what it always does. */
const SIGNIFICANT = 0.001

export const chiSquared: Check = {
  id: 'chi-squared',
  title: 'Chi-squared',
  about: `${grouped(DRAWS)} draws from ${CLASSES} classes of unequal chances, counted against what softmax gives each. Pearson’s χ² of right draws wanders about the degrees of freedom; that of wrong ones grows with the draws.`,
  figures: ['Draws', 'χ²', 'Degrees of freedom', 'p-value'],
  wide: 'plot',
  weight: () => 4,
  async run({ sampler, progress, place }) {
    const logits = Float32Array.from({ length: CLASSES }, (_, i) => -1.1 * Math.log(i + 2))
    const chiSquared = new RunningChiSquared(softmax(logits, TEMPERATURE))
    const curve = new ChiSquaredPlot(place, chiSquared.degrees, quantile(1 - SIGNIFICANT, chiSquared.degrees), DRAWS)
    for (let draws = 0; draws < DRAWS; draws += DRAWS_AT_ONCE) {
      await progress(draws / DRAWS)
      const { indices } = await sampler.sample(logits, {
        batchSize: 1,
        numClasses: CLASSES,
        temperature: TEMPERATURE,
        seed: 20_260_101,
        step: draws / DRAWS_AT_ONCE,
        numSamples: DRAWS_AT_ONCE,
      })
      chiSquared.add(Uint8Array.from(indices))
      curve.show(chiSquared.points)
    }
    const { statistic, degrees, pValue } = chiSquared
    const good = pValue > SIGNIFICANT
    return {
      good,
      verdict: good
        ? `Right draws would stray at least this far in ${(100 * pValue).toFixed(0)} % of such runs: nothing speaks against these.`
        : `Right draws would stray so far in less than one run in ${grouped(1 / SIGNIFICANT)}: these are drawn wrongly.`,
      figures: {
        Draws: grouped(DRAWS),
        'χ²': fixed(statistic, 1),
        'Degrees of freedom': String(degrees),
        'p-value': chance(pValue),
      },
      data: { draws: DRAWS, statistic, degrees, p: pValue, points: chiSquared.points },
    }
  },
}

function softmax(logits: Float32Array, temperature: number): number[] {
  const weights = Array.from(logits, (logit) => Math.exp(logit / temperature))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}
