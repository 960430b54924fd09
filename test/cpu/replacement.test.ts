import { createSampler, sampleSync } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { chiSquared } from '../helpers/chi_squared'
import { inOrder } from '../helpers/filters'
import { LOGITS_KINDS, randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'
import { orderOfSums } from '../helpers/reference'

const cpu = await createSampler({ backend: 'cpu' })

describe('draws without replacement are the classes in the order of logits plus noise', () => {
  for (const kind of LOGITS_KINDS)
    test(`of ${kind} logits`, async () => {
      const random = new Random(LOGITS_KINDS.indexOf(kind))
      for (const [numClasses, numSamples] of [
        [1, 1],
        [5, 5],
        [8, 2],
        [64, 64],
        [200, 3],
        [1001, 900],
        [9, 9],
      ]) {
        const temperature = random.pick([0.1, 1, 4, 1e18])
        const logits = randomLogits(kind, 1, numClasses, random.word())
        const options = { batchSize: 1, numClasses, seed: random.seed(), step: 5, streams: 9 }
        const noise = await cpu.noise('gumbel', options)
        const drawn = sampleSync(logits, { ...options, numSamples, temperature, replacement: false, scores: true })
        const order = orderOfSums(logits, noise, temperature).slice(0, numSamples)
        const missing = Array<number>(numSamples - order.length)
        expect([...drawn.indices], `${numClasses} classes`).toEqual([...order, ...missing.fill(-1)])
        expect(drawn.invalidRows).toEqual([])
        const scores = order.map((c) => Math.fround(logits[c] + Math.fround(Math.fround(temperature) * noise[c])))
        if (kind !== 'subnormal') expect([...drawn.scores!]).toEqual([...scores, ...missing.fill(NaN)])
      }
    })

  test('at temperature 0 they are in descending order of logits, whatever filters keep', () => {
    const logits = randomLogits('ties', 1, 300, 3)
    for (const filters of [{}, { topK: 2 }, { topP: 0.5, minP: 0.1 }]) {
      const options = { numClasses: 300, numSamples: 300, temperature: 0, seed: 1n, replacement: false } as const
      const drawn = sampleSync(logits, { ...options, ...filters, kept: true, logProbs: true })
      const order = inOrder(logits)
      expect([...drawn.indices.subarray(0, order.length)]).toEqual(order)
      expect(drawn.keptCounts).toEqual(Int32Array.of(1))
      expect([...drawn.logProbs!.subarray(0, 2)]).toEqual([0, -Infinity])
    }
  })

  test('of a shard, and of what filters, bias, bitmask and penalties leave', async () => {
    const numClasses = 100
    const logits = randomLogits('normal', 1, numClasses, 4)
    const options = { batchSize: 1, numClasses, seed: 4n, classOffset: 1000 }
    const noise = await cpu.noise('gumbel', options)
    const shard = sampleSync(logits, { ...options, numSamples: 7, replacement: false })
    expect([...shard.indices]).toEqual(
      orderOfSums(logits, noise, 1)
        .slice(0, 7)
        .map((c) => c + 1000),
    )

    const changes = {
      bias: { classes: [3], values: [-Infinity] },
      bitmask: new Uint32Array(4).fill(0x7fffffff),
      penalties: { tokens: Int32Array.of(7, 8), presence: 1e38 },
    }
    const open = logits.map((logit, c) => ([3, 31, 63, 95, 7, 8].includes(c) ? -Infinity : logit))
    const first = inOrder(open).slice(0, 6)
    const kept = open.map((logit, c) => (first.includes(c) ? logit : -Infinity))
    const few = { ...options, classOffset: 0, topK: 6, numSamples: 9, replacement: false, logProbs: true } as const
    const drawn = sampleSync(logits, { ...few, ...changes })
    const own = await cpu.noise('gumbel', { ...options, classOffset: 0 })
    expect([...drawn.indices]).toEqual([...orderOfSums(kept, own, 1), -1, -1, -1])
    expect([...drawn.logProbs!.subarray(6)]).toEqual([NaN, NaN, NaN])
    const whole = drawn.logProbs!.subarray(0, 6).reduce((sum, each) => sum + Math.exp(each), 0)
    expect(whole).toBeCloseTo(1, 5)
  })

  test('a row without a distribution has none', () => {
    const logits = randomLogits('normal', 3, 20, 5)
    logits[21] = NaN
    logits.fill(-Infinity, 40)
    const options = { numClasses: 20, seed: 1n, numSamples: 4, replacement: false } as const
    expect(() => sampleSync(logits, options)).toThrow('logits: row 1 holds NaN, row 2 has every class at -Infinity')
    const drawn = sampleSync(logits, { ...options, invalidRows: 'mark', scores: true })
    expect([...drawn.indices.subarray(4)]).toEqual(Array(8).fill(-1))
    expect([...drawn.scores!.subarray(4)]).toEqual(Array(8).fill(NaN))
    expect(drawn.invalidRows.map(({ row }) => row)).toEqual([1, 2])
  })
})

test('of ordered pairs each is drawn as often as theory says', () => {
  const p = [0.4, 0.3, 0.15, 0.1, 0.05]
  const logits = Float32Array.from(p, Math.log)
  const batchSize = 40_000
  const rows = Float32Array.from({ length: 5 * batchSize }, (_, i) => logits[i % 5])
  const { indices } = sampleSync(rows, { numClasses: 5, numSamples: 2, seed: 17n, replacement: false })
  const counts = Array<number>(25).fill(0)
  for (let r = 0; r < batchSize; r++) counts[5 * indices[2 * r] + indices[2 * r + 1]]++
  const pairs = [...counts.keys()].filter((i) => Math.floor(i / 5) !== i % 5)
  expect(counts.filter((_, i) => !pairs.includes(i))).toEqual([0, 0, 0, 0, 0])
  const expected = pairs.map((i) => (p[Math.floor(i / 5)] * p[i % 5]) / (1 - p[Math.floor(i / 5)]))
  const drawn = pairs.map((i) => counts[i])
  expect(chiSquared(drawn, expected).p).toBeGreaterThan(1e-4)
})

describe('refused', () => {
  const logits = new Float32Array(8)
  const options = { numClasses: 8, seed: 1n, replacement: false }
  test.each([
    [{ replacement: 0 }, 'replacement is 0; it must be true or false'],
    [{ numSamples: 9 }, 'numSamples is 9; without replacement it must be at most numClasses (8)'],
    [{ partial: true }, 'replacement is false beside partial; it must be left out'],
    [{ method: 'inverse-cdf' }, "replacement is false beside method 'inverse-cdf'; it must be left out"],
  ])('%o', (given, message) => {
    expect(() => sampleSync(logits, { ...options, ...given } as never)).toThrow(message)
  })

  test('rows that are too long', () => {
    const data = new Float32Array(2 ** 21 + 1)
    expect(() => sampleSync(data, { ...options, numClasses: data.length, numSamples: 2 })).toThrow(
      'numClasses is 2097153; without replacement it must be at most 2097152',
    )
  })

  test('by calls that draw one class or none', async () => {
    await expect(cpu.gumbelSoftmax(logits, options as never)).rejects.toThrow('options.replacement is not known')
    await expect(cpu.verifyDraft(logits, Int32Array.of(), options as never)).rejects.toThrow(
      'options.replacement is not known',
    )
    expect(() => cpu.createDecoder({ ...options, batchSize: 1, maxTokens: 1 } as never)).toThrow(
      'options.replacement is not known',
    )
  })
})
