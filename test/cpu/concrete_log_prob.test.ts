import { type ConcreteLogProbOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { logGamma } from '../../src/operations/concrete_log_prob/log_gamma'
import { expectSame } from '../helpers/compare'
import { naiveDensity } from '../helpers/density'
import { randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'
import { expectWithin } from '../helpers/soft'

const sampler = await createSampler({ backend: 'cpu' })
const logistic = (x: number) => 1 / (1 + Math.exp(-x))

/** The density of one sample of one row. */
async function logProbOf(
  y: readonly number[],
  logits: readonly number[],
  scales: Pick<ConcreteLogProbOptions, 'invalidRows'> & { tau?: number; temperature?: number } = {},
) {
  const options = { batchSize: 1, numClasses: y.length, ...scales }
  return (await sampler.concreteLogProb(Float32Array.from(y), Float32Array.from(logits), options))[0]
}

test('logGamma is the log of a factorial', () => {
  let log = 0
  for (let n = 1; n <= 3000; n++) {
    if (n > 2) log += Math.log(n - 1)
    expect(Math.abs(logGamma(n) - log)).toBeLessThanOrEqual(1e-12 * log)
  }
})

describe('the log density of relaxed samples', () => {
  test('is the documented formula in float64', async () => {
    const random = new Random(60)
    for (let round = 0; round < 60; round++) {
      const [batchSize, numSamples] = [random.whole(1, 3), random.whole(1, 3)]
      const numClasses = random.pick([random.whole(1, 9), random.whole(10, 400)])
      const [temperature, tau] = [random.pick([0.3, 1, 5]), random.pick([0.3, 0.7, 1, 10])]
      const data = randomLogits(random.pick(['normal', 'flat', 'masked']), batchSize, numClasses, round)
      const options = { batchSize, numClasses, numSamples, temperature, tau }
      // Flat enough for no value to be 0.
      const { samples } = await sampler.gumbelSoftmax(data, { ...options, tau: 2 * tau + 1, seed: round })
      const actual = await sampler.concreteLogProb(samples, data, options)
      const expected = Array.from(actual, (_, i) => {
        const y = samples.subarray(i * numClasses, (i + 1) * numClasses)
        const begin = Math.floor(i / numSamples) * numClasses
        return naiveDensity(y, data.subarray(begin, begin + numClasses), temperature, tau)
      })
      const logProbs = expected.map(({ logProb }) => logProb)
      const tolerance = (e: number, i: number) => 1e-7 * Math.abs(e) + 1e-12 * expected[i].size
      expectWithin(actual, logProbs, tolerance, `round ${round}, V ${numClasses}, T ${temperature}, tau ${tau}`)
    }
  })

  test('is that of sigmoid((l_1 - l_2 + Logistic) / tau) for two classes', async () => {
    for (const tau of [0.1, 0.5, 1, 10])
      for (const y of [0.001, 0.25, 0.5, 0.9]) {
        const [y1, y2] = [Math.fround(y), Math.fround(1 - y)]
        const [difference, temperature] = [0.7, 0.5]
        const x = tau * (Math.log(y1) - Math.log(y2)) - difference / temperature
        const expected = Math.log(tau) + Math.log(logistic(x) * logistic(-x)) - Math.log(y1) - Math.log(y2)
        const actual = await logProbOf([y, 1 - y], [1 + difference, 1], { tau, temperature })
        expect(Math.abs(actual - expected)).toBeLessThan(2e-6 * Math.max(1, Math.abs(expected)))
      }
  })

  test('is log Gamma(K) at the centre for equal logits and tau 1, and 0 everywhere for two classes', async () => {
    expect(await logProbOf([0.25, 0.25, 0.25, 0.25], [3, 3, 3, 3])).toBeCloseTo(Math.log(6), 6)
    expect(await logProbOf([0.125, 0.875], [-2, -2])).toBeCloseTo(0, 6)
    expect(await logProbOf([1], [5], { tau: 0.3 })).toBe(0)
  })

  test('integrates to 1', async () => {
    const n = 400
    const points: number[] = []
    for (let i = 0; i < n; i++)
      for (let j = 0; i + j < n - 1; j++) points.push((i + 1 / 3) / n, (j + 1 / 3) / n, 1 - (i + j + 2 / 3) / n)
    for (let i = 0; i < n; i++)
      for (let j = 0; i + j < n - 1; j++) points.push((i + 2 / 3) / n, (j + 2 / 3) / n, 1 - (i + j + 4 / 3) / n)
    const inside = Float32Array.from(points).filter((_, i, all) => all[i - (i % 3) + 2] > 0)
    const options = { batchSize: 1, numClasses: 3, numSamples: inside.length / 3, tau: 1.5 }
    const logProbs = await sampler.concreteLogProb(inside, Float32Array.of(0.5, 0, -0.3), options)
    // The centroids of triangles that cover the simplex, but for some at its edge.
    const integral = logProbs.reduce((sum, logProb) => sum + Math.exp(logProb) / (2 * n * n), 0)
    expect(Math.abs(integral - 1)).toBeLessThan(0.01)
  })

  test('is -Infinity outside the open simplex, NaN where a value is, and leaves masked classes out', async () => {
    const logits = [0, 1, 2]
    for (const y of [
      [0, 0.5, 0.5],
      [-0.1, 0.6, 0.5],
      [1e-40, 0.5, 0.5],
      [0.3, 0.3, 0.3],
      [0.4, 0.3, 0.302],
      [1, 1, 1],
      [Infinity, 0, 0],
    ])
      expect(await logProbOf(y, logits), `${y}`).toBe(-Infinity)
    expect(await logProbOf([NaN, 0.5, 0.5], logits, { invalidRows: 'mark' })).toBeNaN()
    await expect(logProbOf([NaN, 0.5, 0.5], logits)).rejects.toMatchObject({
      rows: [{ row: 0, reason: 'samples-nan' }],
    })
    expect(await logProbOf([0.3, 0.3, 0.3995], logits)).toBeGreaterThan(-10)
    expect(await logProbOf([0.1, 0.5, 0.4], [0, -Infinity, 2])).toBe(-Infinity)
    const masked = await logProbOf([0.1, 0, 0.9], [0, -Infinity, 2], { tau: 0.5 })
    expect(masked).toBe(await logProbOf([0.1, 0.9], [0, 2], { tau: 0.5 }))
  })

  test('takes offsets, strides, and rows without a distribution', async () => {
    const data = Float32Array.of(9, 0, 1, 7, NaN, 1, 7, -Infinity, -Infinity)
    const samples = Float32Array.of(9, 9, 0.25, 0.75, 9, 0.5, 0.5, 9, 0.5, 0.5)
    const options = { batchSize: 3, numClasses: 2, tau: [1, 2, 3], temperature: 2 }
    const logits = { data, offset: 1, rowStride: 3 }
    const values = { data: samples, offset: 2, rowStride: 3 }
    const logProbs = await sampler.concreteLogProb(values, logits, { ...options, invalidRows: 'mark' })
    expectSame(logProbs, [await logProbOf([0.25, 0.75], [0, 1], { temperature: 2 }), NaN, NaN], 'logProbs')
    await expect(sampler.concreteLogProb(values, logits, options)).rejects.toMatchObject({
      rows: [
        { row: 1, reason: 'nan' },
        { row: 2, reason: 'all-masked' },
      ],
    })
  })

  test.each([
    [{ tau: 0 }, 'tau is 0; it must be from 1e-18 to 1e18'],
    [{ temperature: [1, 0] }, 'temperature[1] is 0; it must be from 1e-18 to 1e18'],
    [{ numSamples: 2 }, 'samples hold 6 elements; offset 0 and 4 rows of 3 at a stride of 3 need 12'],
    [{ numClasses: 4 }, 'logits hold 6 elements'],
    [{ numSamples: 0 }, 'numSamples is 0; it must be a whole number from 1'],
  ])('refuses %o', async (change, message) => {
    const options: ConcreteLogProbOptions = { batchSize: 2, numClasses: 3, ...change }
    await expect(sampler.concreteLogProb(new Float32Array(6), new Float32Array(6), options)).rejects.toThrow(message)
  })
})
