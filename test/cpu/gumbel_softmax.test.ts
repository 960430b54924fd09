import { createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { softmax } from '../helpers/chi_squared'
import { expectSame } from '../helpers/compare'
import { kolmogorovSmirnov } from '../helpers/kolmogorov_smirnov'
import { LOGITS_KINDS, TEMPERATURES, randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'
import { expectSamples, relaxed } from '../helpers/soft'

const sampler = await createSampler({ backend: 'cpu' })
const TAUS = [0, 1e-6, 0.1, 0.5, 1, 10, 1e6]

describe('relaxed samples on the CPU', () => {
  test.each(LOGITS_KINDS)('are the softmax of scores in float64: %s logits', async (kind) => {
    const random = new Random(30 + LOGITS_KINDS.indexOf(kind))
    for (let round = 0; round < 20; round++) {
      const [batchSize, numSamples] = [random.whole(1, 3), random.whole(1, 3)]
      const numClasses = random.pick([random.whole(1, 9), random.whole(10, 100)])
      const temperature = random.pick(TEMPERATURES)
      const tau = random.pick(TAUS)
      const shape = { batchSize, numClasses, numSamples, seed: random.seed(), step: random.word(), classOffset: 16 }
      const options = { ...shape, temperature, tau }
      const data = randomLogits(kind, batchSize, numClasses, round)
      const drawn = await sampler.gumbelSoftmax(data, options)
      const expected = Array.from({ length: batchSize * numSamples }, (_, i) => {
        const stream = Math.floor(i / numSamples)
        const row = data.subarray(stream * numClasses, (stream + 1) * numClasses)
        return relaxed(row, { ...options, stream, draw: i % numSamples }, tau)
      })
      const what = `round ${round}, V ${numClasses}, T ${temperature}, tau ${tau}`
      expectSamples(drawn.samples, expected.flat(), what)
      expectSame(drawn.indices, (await sampler.sample(data, options)).indices, what)
    }
  })

  test('hard samples are one-hot at the index', async () => {
    const [batchSize, numClasses, numSamples] = [20, 30, 3]
    const data = randomLogits('normal', batchSize, numClasses, 1)
    const options = { batchSize, numClasses, numSamples, seed: 2, classOffset: 8 }
    const { samples, indices } = await sampler.gumbelSoftmax(data, { ...options, hard: true })
    const expected = [...indices].flatMap((index) =>
      Array.from({ length: numClasses }, (_, c) => Number(c + 8 === index)),
    )
    expectSame(samples, expected, 'samples')
    expectSame(indices, (await sampler.sample(data, options)).indices, 'indices')
  })

  test('rows without a distribution have samples of 0 where they are marked', async () => {
    const data = Float32Array.of(1, 2, NaN, 4, -Infinity, -Infinity, 1, Infinity, 5, 6)
    const options = { batchSize: 5, numClasses: 2, seed: 1 }
    const { samples, indices, invalidRows } = await sampler.gumbelSoftmax(data, { ...options, invalidRows: 'mark' })
    expectSame(samples.subarray(2, 8), [0, 0, 0, 0, 0, 0], 'samples')
    expectSame(indices.subarray(1, 4), [-1, -1, -1], 'indices')
    expect(invalidRows.map(({ row }) => row)).toEqual([1, 2, 3])
    await expect(sampler.gumbelSoftmax(data, options)).rejects.toMatchObject({ rows: invalidRows })
  })
})

describe('what relaxed samples are distributed as', () => {
  test('their mean goes from the categorical to the uniform as tau grows', async () => {
    const logits = [0, 1, 2, -1]
    const numSamples = 40_000
    const probabilities = softmax(logits, 1)
    const distances: number[] = []
    for (const tau of [0.01, 0.3, 1, 3, 300]) {
      const { samples } = await sampler.gumbelSoftmax(Float32Array.from(logits), {
        batchSize: 1,
        numClasses: 4,
        numSamples,
        seed: 3,
        tau,
      })
      const mean = [0, 0, 0, 0]
      samples.forEach((y, i) => (mean[i % 4] += y / numSamples))
      // Five standard deviations of a mean of values in [0, 1].
      if (tau === 0.01) mean.forEach((y, c) => expect(Math.abs(y - probabilities[c])).toBeLessThan(2.5 / 200))
      if (tau === 300) mean.forEach((y) => expect(Math.abs(y - 0.25)).toBeLessThan(0.005))
      distances.push(Math.max(...mean.map((y) => Math.abs(y - 0.25))))
    }
    expect(distances).toEqual(distances.toSorted((a, b) => b - a))
  })

  test('exponentials race: the first of E / p is the largest z, and E / p has the rate p', async () => {
    const [batchSize, numClasses] = [100_000, 4]
    const row = [0.5, -1, 2, 0]
    const p = softmax(row, 1)
    const data = Float32Array.from({ length: batchSize * numClasses }, (_, i) => row[i % numClasses])
    const options = { batchSize, numClasses, seed: 4 }
    const exponentials = await sampler.noise('exponential', options)
    const { indices } = await sampler.sample(data, options)
    const times = Float64Array.from(exponentials, (e, i) => e / p[i % numClasses])
    const minima: number[] = []
    let close = 0
    indices.forEach((index, r) => {
      const race = times.subarray(r * numClasses, (r + 1) * numClasses)
      const min = Math.min(...race)
      minima.push(min)
      // float32 scores may disagree where two arrive within 1e-5 of each other.
      if (race.indexOf(min) !== index) {
        expect(race[index] / min - 1).toBeLessThan(1e-5)
        close++
      }
    })
    expect(close).toBeLessThan(5)
    const exponential = (rate: number) => (t: number) => 1 - Math.exp(-rate * t)
    p.forEach((rate, c) => {
      const ofClass = times.filter((_, i) => i % numClasses === c)
      expect(kolmogorovSmirnov(ofClass, exponential(rate)).p).toBeGreaterThan(0.001)
      // A rate that is 5 % off would be seen: 0.05 / e of the distribution function, three times the critical distance.
      expect(kolmogorovSmirnov(ofClass, exponential(1.05 * rate)).p).toBeLessThan(0.001)
    })
    expect(kolmogorovSmirnov(Float64Array.from(minima), exponential(1)).p).toBeGreaterThan(0.001)
  })
})
