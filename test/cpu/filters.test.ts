import { createSampler, sampleSync } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { keptOf } from '../../src/operations/sample/kept'
import { LARGEST_MASS, massOf, massScaleOf, rateOf, shareOf } from '../../src/operations/sample/mass'
import { emptySettings } from '../../src/settings'
import { randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'
import { firstMaximum } from '../helpers/reference'

const cpu = await createSampler({ backend: 'cpu' })

describe('masses', () => {
  test('are within 1.1e-6 of 2^40 exp((l - largest) / T), and 0 more than 28 T below', () => {
    const random = new Random(1)
    const wrong: unknown[] = []
    for (let i = 0; i < 100_000; i++) {
      const temperature = Math.fround(2 ** (random.uniform() * 100 - 50))
      const largest = Math.fround(random.normal() * 10 * temperature)
      const logit = Math.fround(largest - random.uniform() * 29 * temperature)
      const mass = massOf(logit, massScaleOf(largest, temperature))
      const below = (largest - logit) / temperature
      const exact = LARGEST_MASS * Math.exp(-below)
      // What differences of large numbers lose, T carries along.
      const right =
        below > 28.00001 ? mass === 0 : below > 27.99999 || Math.abs(mass - exact) < 1 + exact * (1.2e-6 + 2e-7 * below)
      if (!right) wrong.push({ temperature, largest, logit, mass })
    }
    expect(wrong).toEqual([])
  })

  test('the largest weighs 2^40, and so does what is too near it to be told apart', () => {
    expect(massOf(5, massScaleOf(5, 0.7))).toBe(2 ** 40)
    expect(massOf(1e-40, massScaleOf(0, 1))).toBe(2 ** 40)
    expect(massOf(-Infinity, massScaleOf(0, 1))).toBe(0)
    expect(massOf(-3.4028234663852886e38, massScaleOf(3.4028234663852886e38, 1e18))).toBe(0)
  })

  test('log2(e) / T is rounded down to 24 bits', () => {
    const random = new Random(2)
    const wrong: number[] = []
    for (let i = 0; i < 10_000; i++) {
      const temperature = Math.fround(10 ** (random.uniform() * 36 - 18))
      const rate = rateOf(temperature)
      const exact = Math.LOG2E / temperature
      if (Math.fround(rate) !== rate || rate > exact * (1 + 1e-9) || rate <= exact * (1 - 2 ** -22.9))
        wrong.push(temperature)
    }
    expect(wrong).toEqual([])
  })

  test('a share is the smallest whole number that is at least p times the sum', () => {
    expect(shareOf(0.5, 7n)).toBe(4n)
    expect(shareOf(0.5, 8n)).toBe(4n)
    expect(shareOf(1, 2n ** 60n)).toBe(2n ** 60n)
    expect(shareOf(0, 9n)).toBe(0n)
    expect(shareOf(2 ** -100, 2n ** 60n)).toBe(1n)
    // 0.9 as a float32 is 15099494 2^-24.
    expect(shareOf(Math.fround(0.9), 10n ** 18n)).toBe((15099494n * 10n ** 18n) / 16777216n + 1n)
  })
})

describe('filters keep the first classes', () => {
  test('top-p keeps no class at whose begin its part is reached', () => {
    // Four classes of one logit weigh the same: half of the mass is before the third.
    const kept = sampleSync(new Float32Array(4), { numClasses: 4, seed: 1n, kept: true, topP: 0.5 })
    expect(kept.keptCounts).toEqual(Int32Array.of(2))
  })

  test('top-p 0 keeps the first, a top-k above the number of classes keeps all that are not masked', async () => {
    const logits = Float32Array.of(1, -Infinity, 3, 3, 2)
    const options = { numClasses: 5, seed: 1n, kept: true }
    const keeps = (filters: object) => sampleSync(logits, { ...options, ...filters })
    expect(keeps({ topP: 0 })).toMatchObject({ keptCounts: Int32Array.of(1), keptClasses: Int32Array.of(2) })
    expect(keeps({ topK: 9 })).toMatchObject({ keptCounts: Int32Array.of(4), keptLogits: Float32Array.of(1) })
    expect(keeps({})).toMatchObject({ keptCounts: Int32Array.of(4), keptClasses: Int32Array.of(0) })
    expect(keeps({ topK: 1 })).toMatchObject({ keptCounts: Int32Array.of(1), keptClasses: Int32Array.of(2) })
    expect(keeps({ minP: 1 })).toMatchObject({ keptCounts: Int32Array.of(2), keptClasses: Int32Array.of(3) })
    expect(keeps({ topK: 3, temperature: 0 })).toMatchObject({
      indices: Int32Array.of(2),
      keptCounts: Int32Array.of(1),
    })
  })
})

test('a filtered draw is the first maximum of the kept classes, and its log-probability is of their distribution', async () => {
  const random = new Random(4)
  for (let i = 0; i < 60; i++) {
    const numClasses = random.pick([3, 40, 129, 3000])
    const row = randomLogits(random.pick(['normal', 'peaked', 'ties', 'masked'] as const), 1, numClasses, random.word())
    const filters = { topK: random.pick([0, 2, 50, 700]), topP: random.pick([1, 0.8]), minP: random.pick([0, 0.01]) }
    const temperature = random.pick([0.7, 1, 3])
    const options = { numClasses, batchSize: 1, seed: random.seed(), step: i, numSamples: 3 }
    const largest = row.reduce((a, b) => Math.max(a, b))
    const settings = {
      ...emptySettings(),
      ...filters,
      topP: Math.fround(filters.topP),
      minP: Math.fround(filters.minP),
      temperature: Math.fround(temperature),
    }
    const kept = keptOf(row, 0, numClasses, largest, settings)
    const masked = new Float32Array(numClasses).fill(-Infinity)
    for (const column of kept) masked[column] = row[column]
    const noise = (await cpu.noise('gumbel', options)) as Float32Array
    const expected = await cpu.sample(masked, { ...options, temperature, logProbs: true, scores: true })
    const drawn = await cpu.sample(row, { ...options, temperature, ...filters, logProbs: true, scores: true })
    expect(drawn.indices).toEqual(expected.indices)
    expect(drawn.scores).toEqual(expected.scores)
    drawn.logProbs!.forEach((each, s) => expect(each).toBeCloseTo(expected.logProbs![s], 5))
    for (let s = 0; s < 3; s++)
      expect(drawn.indices[s]).toBe(
        firstMaximum(masked, noise.subarray(s * numClasses, (s + 1) * numClasses), temperature),
      )
  }
})

describe('top-p alone, of which nobody asks what it keeps, draws what sorting draws', () => {
  test.each(['normal', 'peaked', 'flat', 'masked', 'ties', 'huge', 'tiny', 'subnormal'] as const)(
    '%s logits',
    (kind) => {
      const random = new Random(5)
      for (let i = 0; i < 100; i++) {
        const numClasses = random.pick([1, 2, 5, 300, 3000])
        const row = randomLogits(kind, 1, numClasses, random.word())
        const options = {
          numClasses,
          seed: random.seed(),
          topP: random.pick([0, 1e-6, 0.1, 0.5, 0.9, 1 - 1e-7]),
          minP: random.pick([0, 0, 1e-10, 0.05]),
          temperature: random.pick([0, 1e-18, 0.05, 1, 30, 1e18]),
          scores: true,
        }
        const { indices, scores } = sampleSync(row, { ...options, kept: true })
        expect(sampleSync(row, options), JSON.stringify({ ...options, seed: `${options.seed}` })).toMatchObject({
          indices,
          scores,
        })
      }
    },
  )

  test('where the mass before the class is the part, and just before and after', () => {
    // Of 64 equal classes each has a 64th of the mass, but for what others have.
    for (const others of [-Infinity, -20, -10])
      for (const topP of [0.5, 0.5 - 2 ** -24, 0.5 + 2 ** -23, 0.49]) {
        const row = new Float32Array(4096).fill(others).fill(0, 640, 704)
        const logits = new Float32Array(40 * 4096).map((_, i) => row[i % 4096])
        const options = { batchSize: 40, numClasses: 4096, seed: 9n, topP }
        const { indices } = sampleSync(logits, { ...options, kept: true })
        expect(sampleSync(logits, options).indices).toEqual(indices)
      }
  })
})

describe('refused', () => {
  const logits = new Float32Array(8)
  const options = { numClasses: 8, seed: 1n }
  test.each([
    [{ topK: -1 }, 'topK is -1; it must be a whole number from 0 to 2147483647'],
    [{ topK: 1.5 }, 'topK is 1.5; it must be a whole number from 0 to 2147483647'],
    [{ topP: 1.01 }, 'topP is 1.01; it must be from 0 to 1'],
    [{ topP: NaN }, 'topP is NaN; it must be from 0 to 1'],
    [{ minP: [0.5, 0.5] }, 'minP has 2 values; it must be one value, or batchSize (1) values'],
    [{ topK: 2, partial: true }, 'topK is given beside partial'],
    [{ topP: 0.5, classOffset: 8 }, 'topP is given beside classOffset 8'],
  ])('%o', (given, message) => {
    expect(() => sampleSync(logits, { ...options, ...given })).toThrow(message)
  })

  test('by calls that do not filter', async () => {
    await expect(cpu.gumbelSoftmax(logits, { ...options, topK: 1 } as never)).rejects.toThrow(
      'options.topK is not known',
    )
    await expect(cpu.noise('gumbel', { ...options, batchSize: 1, minP: 0.1 } as never)).rejects.toThrow(
      'options.minP is not known',
    )
  })
})
