import { createSampler, sampleSync } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { addMasses, columnOf, newMassSums } from '../../src/operations/sample/inverse_cdf'
import { keptOf } from '../../src/operations/sample/kept'
import { emptySettings } from '../../src/settings'
import { chiSquared, countsOf, softmax } from '../helpers/chi_squared'
import { FAR_DRAWS, classOfWord, logitOfMass, massesOf, wordOfDraw } from '../helpers/inverse_cdf'
import { LOGITS_KINDS, TEMPERATURES, randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'

const cpu = await createSampler({ backend: 'cpu' })
const method = 'inverse-cdf'

describe('draws are the first classes whose inclusive sums exceed the pick, by BigInt arithmetic', () => {
  const random = new Random(1)
  for (const kind of LOGITS_KINDS)
    test(`of ${kind} logits`, () => {
      for (let i = 0; i < 25; i++) {
        const numClasses = random.pick([1, 2, 3, 7, 64, 65, 300, 1000, 4096, 4097, 10_000])
        const [batchSize, numSamples] = [3, random.pick([1, 2, 5])]
        const logits = randomLogits(kind, batchSize, numClasses, random.word())
        const rows = Array.from({ length: batchSize }, () => ({
          temperature: random.pick(TEMPERATURES),
          seed: random.seed(),
          streams: random.word(),
          step: random.word(),
          topK: random.pick([0, 0, 1, 20, 1000]),
          topP: Math.fround(random.pick([1, 1, 0.9, 0.5])),
          minP: Math.fround(random.pick([0, 0, 0.05])),
        }))
        const each = <K extends keyof (typeof rows)[0]>(name: K) => rows.map((row) => row[name])
        const { indices } = sampleSync(logits, {
          numClasses,
          numSamples,
          method,
          tail: random.pick(['standard', 'extended']),
          temperature: each('temperature'),
          seed: each('seed'),
          streams: each('streams'),
          step: each('step'),
          topK: each('topK'),
          topP: each('topP'),
          minP: each('minP'),
        })
        const expected = rows.flatMap(({ seed, streams, step, ...filters }, r) => {
          const row = logits.subarray(r * numClasses, (r + 1) * numClasses)
          const temperature = Math.fround(filters.temperature)
          const largest = row.reduce((a, b) => Math.max(a, b))
          const kept = keptOf(row, 0, numClasses, largest, { ...emptySettings(), ...filters, temperature })
          const masses = massesOf(row, temperature, kept)
          return Array.from({ length: numSamples }, (_, draw) =>
            classOfWord(masses, wordOfDraw(draw, { seed, stream: streams, step })),
          )
        })
        expect([...indices]).toEqual(expected)
      }
    })
})

test('of all 2^64 random bits, each class is named by as many as its mass says: from the first word to the last', () => {
  const random = new Random(2)
  for (const numClasses of [1, 2, 100, 4096, 4097, 13_000])
    for (const kind of ['normal', 'peaked', 'flat', 'masked', 'ties'] as const) {
      const row = randomLogits(kind, 1, numClasses, random.word())
      const temperature = random.pick([0.3, 1, 5])
      const sums = newMassSums(numClasses)
      const largest = row.reduce((a, b) => Math.max(a, b))
      addMasses(sums, row, 0, undefined, largest, { ...emptySettings(), temperature: Math.fround(temperature) })
      const masses = massesOf(row, temperature)
      const whole = masses.reduce((sum, mass) => sum + mass, 0n)
      // floor(word Z / 2^64) reaches a sum at the word ceil(sum 2^64 / Z).
      const firstWord = (sum: bigint) => ((sum << 64n) + whole - 1n) / whole
      const named = (word: bigint) => columnOf(sums, Number(word >> 32n), Number(word & 0xffffffffn))
      const wrong: number[] = []
      let before = 0n
      masses.forEach((mass, c) => {
        const words = [firstWord(before), firstWord(before + mass) - 1n]
        if (mass > 0n && words.some((word) => named(word) !== c)) wrong.push(c)
        before += mass
      })
      expect(before).toBe(whole)
      expect(wrong, `${kind}, ${numClasses} classes`).toEqual([])
    }
})

describe('the far tail', () => {
  test.each(FAR_DRAWS)('seed $seed, step $step, draw $draw', ({ seed, step, draw }) => {
    const word = wordOfDraw(draw, { seed, step })
    // Of a class of less than 1e-9, one unit of mass more or less decides.
    const pick = Number((word * ((1n << 40n) + 1000n)) >> 64n)
    expect(pick / 2 ** 40).toBeLessThan(1e-9)
    for (const mass of [pick, pick + 1, 1099]) {
      const logits = Float32Array.of(logitOfMass(mass), 0)
      const { indices } = sampleSync(logits, { numClasses: 2, numSamples: draw + 1, seed, step, method })
      expect(indices[draw], `mass ${mass}`).toBe(mass > pick ? 0 : 1)
    }
  })

  test('131,071 classes of 1e-9 each are drawn as often as they should be', () => {
    const logits = new Float32Array(131_072).fill(Math.log(1e-9))
    logits[70_000] = 0
    const numSamples = 2 ** 22
    const { indices } = sampleSync(logits, { numClasses: logits.length, numSamples, seed: 3n, method })
    const tail = indices.reduce((sum, index) => sum + Number(index !== 70_000), 0)
    // About 550: five standard deviations are 21 % of them. Sums of float32, to which 1e-9 adds nothing beside 1, would lose 47 %.
    const expected = (numSamples * 131_071e-9) / (1 + 131_071e-9)
    expect(Math.abs(tail - expected)).toBeLessThan(5 * Math.sqrt(expected))
  })
})

describe('frequencies', () => {
  test.each([
    { numClasses: 100, temperature: 1 },
    { numClasses: 5000, temperature: 0.5 },
    { numClasses: 100, temperature: 1, topK: 20 },
    { numClasses: 100, temperature: 2, topP: 0.7 },
    { numClasses: 100, temperature: 1, minP: 0.1 },
  ])('of $numClasses classes: %o', ({ numClasses, temperature, ...filters }) => {
    const logits = randomLogits('normal', 1, numClasses, 5)
    const options = { numClasses, numSamples: 200_000, seed: 6n, temperature, ...filters }
    const { indices, keptLogits } = sampleSync(logits, { ...options, method, kept: true })
    const kept = logits.map((logit) => (logit >= keptLogits![0] ? logit : -Infinity))
    const { p } = chiSquared(countsOf(indices, numClasses), softmax(kept, temperature))
    expect(p).toBeGreaterThan(0.001)
  })

  test('classes that are masked or dropped are never drawn in 10^7 draws', () => {
    const logits = randomLogits('masked', 1, 200, 7)
    const options = { numClasses: 200, numSamples: 5_000_000, seed: 8n, method } as const
    const masked = countsOf(sampleSync(logits, options).indices, 200)
    logits.forEach((logit, c) => expect(masked[c] > 0).toBe(logit > -Infinity))
    const { indices, keptLogits } = sampleSync(logits, { ...options, topK: 30, kept: true })
    const dropped = countsOf(indices, 200)
    logits.forEach((logit, c) => expect(dropped[c] > 0).toBe(logit >= keptLogits![0]))
  })
})

test('a draw depends neither on how many there are, nor on the slot of its row', () => {
  const logits = randomLogits('normal', 4, 500, 9)
  const options = { numClasses: 500, seed: 10n, method } as const
  const all = sampleSync(logits, { ...options, numSamples: 33 }).indices
  for (let r = 0; r < 4; r++) {
    const row = logits.subarray(500 * r, 500 * (r + 1))
    const { indices } = sampleSync(row, { ...options, streamOffset: r, numSamples: 8 })
    expect(indices).toEqual(all.slice(33 * r, 33 * r + 8))
  }
})

test('log-probabilities are those of the distribution that is drawn from', async () => {
  const logits = randomLogits('normal', 3, 700, 11)
  for (const filters of [{}, { topK: 40 }, { topP: [0.5, 1, 0.9] }]) {
    const options = { numClasses: 700, numSamples: 9, seed: 12n, temperature: 0.7, logProbs: true, ...filters }
    const { indices, logProbs, keptLogits } = await cpu.sample(logits, { ...options, method, kept: true })
    indices.forEach((index, i) => {
      const r = Math.floor(i / 9)
      const row = logits.subarray(700 * r, 700 * (r + 1))
      const probabilities = softmax(
        row.map((logit) => (logit >= keptLogits![r] ? logit : -Infinity)),
        0.7,
      )
      expect(logProbs![i]).toBeCloseTo(Math.log(probabilities[index]), 5)
    })
  }
  const cold = sampleSync(logits, { numClasses: 700, seed: 1, temperature: 0, method, logProbs: true })
  expect([...cold.logProbs!]).toEqual([0, 0, 0])
})

test('rows without a distribution are told as by gumbel-max', async () => {
  const logits = Float32Array.of(1, NaN, 2, Infinity, -Infinity, -Infinity, 0, 1)
  const options = { numClasses: 2, seed: 1n, numSamples: 2, logProbs: true, method } as const
  const { indices, logProbs, invalidRows } = await cpu.sample(logits, { ...options, invalidRows: 'mark' })
  expect([...indices.subarray(0, 6)]).toEqual([-1, -1, -1, -1, -1, -1])
  expect([...logProbs!.subarray(0, 6)]).toEqual(Array(6).fill(NaN))
  expect(indices[6]).toBeGreaterThanOrEqual(0)
  expect(invalidRows.map(({ reason }) => reason)).toEqual(['nan', 'positive-infinity', 'all-masked'])
  await expect(cpu.sample(logits, options)).rejects.toThrow('logits: row 0 holds NaN')
})

describe('refused', () => {
  const logits = new Float32Array(8)
  const options = { numClasses: 8, seed: 1n, method } as const
  test.each([
    [{ method: 'cdf' }, "method is cdf; it must be 'gumbel-max' or 'inverse-cdf'"],
    [{ method: 1 }, "method is 1; it must be 'gumbel-max' or 'inverse-cdf'"],
    [{ scores: true }, "scores is given beside method 'inverse-cdf'"],
    [{ partial: true }, "partial is given beside method 'inverse-cdf'"],
    [{ classOffset: 8 }, "classOffset is 8; beside method 'inverse-cdf' it must be 0"],
  ])('%o', (given, message) => {
    expect(() => sampleSync(logits, { ...options, ...given } as never)).toThrow(message)
  })

  test('what is switched off is not', () => {
    const off = { scores: false, partial: false, classOffset: 0, tail: 'extended' } as const
    expect(sampleSync(logits, { ...options, ...off }).indices).toEqual(sampleSync(logits, options).indices)
    expect(sampleSync(logits, { ...options, method: undefined }).indices).toEqual(
      sampleSync(logits, { ...options, method: 'gumbel-max' }).indices,
    )
  })

  test('rows of more than 2^21 classes', () => {
    const long = new Float32Array(2 ** 21 + 1)
    expect(() => sampleSync(long, { ...options, numClasses: long.length })).toThrow(
      "numClasses is 2097153; beside method 'inverse-cdf' it must be at most 2097152",
    )
  })

  test('by calls that draw no classes in this way', async () => {
    await expect(cpu.gumbelSoftmax(logits, options as never)).rejects.toThrow('options.method is not known')
    await expect(cpu.noise('gumbel', { ...options, batchSize: 1 } as never)).rejects.toThrow(
      'options.method is not known',
    )
  })
})
