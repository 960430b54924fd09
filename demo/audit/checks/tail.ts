import jstat from 'jstat'
import { chance, grouped } from '../../numbers'
import type { Check } from '../check'

/** One head, and the other classes so many nats below it. */
const CLASSES = 131_072
const GAP = 18
const DRAWS_AT_ONCE = 250
/** At least so many, that noise which does not reach the gap is found out; then until the time is up. */
const LEAST_DRAWS = 5_000
const MOST_DRAWS = 100_000
const SECONDS = 10
/**
 * Where draws are right by chance, one run in so many is refused. Here the seed is fixed, and a right device draws what it always
 * does: 9 of 5,000 from the tail to 213 of 100,000, with p at least 0.069 wherever it may stop.
 */
const SIGNIFICANT = 0.001

export const tail: Check = {
  id: 'tail',
  title: 'The tail',
  about: `One class ${GAP} nats above ${grouped(CLASSES - 1)} others. Noise of 23 or 24 bits cannot reach so far and never draws them; softmax gives them two draws in a thousand.`,
  figures: ['Draws', 'From the tail', 'Softmax gives it', 'p-value'],
  weight: () => 15,
  async run({ device, sampler, brief, progress }) {
    const { STORAGE, COPY_DST } = GPUBufferUsage
    const buffer = device.createBuffer({ label: 'tail', size: 4 * CLASSES, usage: STORAGE | COPY_DST })
    try {
      device.queue.writeBuffer(buffer, 0, new Float32Array(CLASSES).fill(-GAP, 1))
      const begin = performance.now()
      const seconds = () => (performance.now() - begin) / 1000
      let draws = 0
      let found = 0
      while (draws < LEAST_DRAWS || (!brief && draws < MOST_DRAWS && seconds() < SECONDS)) {
        await progress(Math.min(draws / LEAST_DRAWS, Math.max(seconds() / SECONDS, draws / MOST_DRAWS)))
        const options = {
          batchSize: 1,
          numClasses: CLASSES,
          numSamples: DRAWS_AT_ONCE,
          seed: 2026,
          step: draws / DRAWS_AT_ONCE,
        }
        const { indices } = await sampler.sample({ buffer }, options)
        found += indices.filter((index) => index !== 0).length
        draws += DRAWS_AT_ONCE
      }
      return outcomeOf(found, draws)
    } finally {
      buffer.destroy()
    }
  },
}

function outcomeOf(found: number, draws: number) {
  const mass = (CLASSES - 1) * Math.exp(-GAP)
  const expected = (draws * mass) / (1 + mass)
  const p = twoSided(found, expected)
  const good = p > SIGNIFICANT
  return {
    good,
    verdict: good
      ? `The tail is drawn as often as it should be, as far as ${grouped(draws)} draws tell.`
      : `The tail is drawn ${found < expected ? 'too seldom' : 'too often'}: right draws would stray so far in one run in ${grouped(Math.round(1 / p))}.`,
    figures: {
      Draws: grouped(draws),
      'From the tail': grouped(found),
      'Softmax gives it': `${expected.toFixed(1)} ± ${Math.sqrt(expected).toFixed(1)}`,
      'p-value': chance(p),
    },
    data: { draws, found, expected, p },
  }
}

/** The chance of a count at least as far from its mean, where it is Poisson: twice the smaller side. */
function twoSided(count: number, mean: number): number {
  const { cdf } = jstat.jStat.poisson
  const below = cdf(count, mean)
  const above = count === 0 ? 1 : 1 - cdf(count - 1, mean)
  return Math.min(1, 2 * Math.min(below, above))
}
