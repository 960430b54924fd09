import { type SampleCallOptions, createSampler, sampleSync } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { expectedRow, hostOptions, randomControls } from '../helpers/adjusted'
import { expectLogProbs } from '../helpers/log_probs'
import { LOGITS_KINDS, randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'

const cpu = await createSampler({ backend: 'cpu' })

describe('log-probabilities and lists are what sorting and float64 say', () => {
  for (const kind of LOGITS_KINDS)
    test(`of ${kind} logits`, () => {
      const random = new Random(LOGITS_KINDS.indexOf(kind))
      for (let i = 0; i < 40; i++) {
        const numClasses = random.pick([1, 2, 7, 64, 200, 3000])
        const batchSize = 3
        const logits = randomLogits(kind, batchSize, numClasses, random.word())
        const adjusts = random.uniform() < 0.5
        const controls = adjusts ? randomControls(random, { batchSize, numClasses }, false) : { batchSize, numClasses }
        const temperature = Array.from({ length: batchSize }, () => random.pick([0, 0.5, 1, 3]))
        const method = random.pick(['gumbel-max', 'inverse-cdf'] as const)
        const options: SampleCallOptions = {
          batchSize,
          numClasses,
          seed: random.seed(),
          temperature,
          logProbs: random.pick([true, 'raw'] as const),
          topLogProbs: random.pick([1, 2, 5, 20, 512]),
          topK: random.pick([0, 0, 1, 40]),
          topP: random.pick([1, 1, 0.9]),
          minP: random.pick([0, 0, 0.05]),
          kept: true,
          invalidRows: 'mark',
          method,
          numSamples: random.pick([1, 3]),
          ...(random.uniform() < 0.3 && method === 'gumbel-max' ? { replacement: false } : {}),
        }
        if (options.replacement === false) options.numSamples = Math.min(numClasses, 3)
        const rows = temperature.map((each, r) => {
          const row = logits.slice(r * numClasses, (r + 1) * numClasses)
          return { logits: row, adjusted: expectedRow(row, r, controls).logits, temperature: each }
        })
        const result = sampleSync(logits, { ...options, ...hostOptions(controls) })
        expectLogProbs(result, options, rows, `${kind} ${i}`)
      }
    })
})

test('raw log-probabilities are those of a plain draw at temperature 1, whatever is drawn with', async () => {
  const logits = randomLogits('normal', 2, 50, 7)
  const plain = await cpu.sample(logits, { numClasses: 50, seed: 1n, logProbs: true, topLogProbs: 4 })
  const raw = { numClasses: 50, seed: 1n, logProbs: 'raw', topLogProbs: 4 } as const
  const bias = { classes: [3, 9], values: [5, -Infinity] }
  const other = await cpu.sample(logits, { ...raw, temperature: 0.3, topK: 2, bias })
  expect(other.topIndices).toEqual(plain.topIndices)
  expect(other.topLogProbs).toEqual(plain.topLogProbs)
  expect((await cpu.sample(logits, raw)).logProbs).toEqual(plain.logProbs)
})

test('lists have class numbers of the whole vocabulary', () => {
  const result = sampleSync(Float32Array.of(1, 3, 2), {
    numClasses: 3,
    seed: 1n,
    classOffset: 80,
    logProbs: true,
    topLogProbs: 5,
  })
  expect([...result.topIndices!]).toEqual([81, 82, 80, -1, -1])
  expect([...result.topLogProbs!.subarray(3)]).toEqual([-Infinity, -Infinity])
})

test('what is not asked for is absent', () => {
  const result = sampleSync(Float32Array.of(1, 2), { numClasses: 2, seed: 1n, logProbs: false })
  expect(Object.keys(result).toSorted()).toEqual(['indices', 'invalidRows'])
})

describe('refused', () => {
  const logits = new Float32Array(8)
  test.each([
    [{ logProbs: 'drawn' }, "logProbs is drawn; it must be true, false or 'raw'"],
    [{ logProbs: 1 }, "logProbs is 1; it must be true, false or 'raw'"],
    [{ topLogProbs: 3 }, 'topLogProbs is given without logProbs'],
    [{ topLogProbs: 3, logProbs: false }, 'topLogProbs is given without logProbs'],
    [{ topLogProbs: 0, logProbs: true }, 'topLogProbs is 0; it must be a whole number from 1 to 512'],
    [{ topLogProbs: 513, logProbs: true }, 'topLogProbs is 513; it must be a whole number from 1 to 512'],
    [{ topLogProbs: true, logProbs: true }, 'topLogProbs is boolean; it must be a number'],
    [{ logProbs: 'raw', partial: true }, 'logProbs is given beside partial'],
  ])('%o', (given, message) => {
    expect(() => sampleSync(logits, { numClasses: 8, seed: 1n, ...given } as never)).toThrow(message)
  })

  test('rows that are too long', () => {
    const data = new Float32Array(2 ** 21 + 1)
    const options = { numClasses: data.length, seed: 1n }
    expect(() => sampleSync(data, { ...options, logProbs: 'raw' })).toThrow(
      "numClasses is 2097153; beside logProbs 'raw' it must be at most 2097152",
    )
    expect(() => sampleSync(data, { ...options, logProbs: true, topLogProbs: 1 })).toThrow(
      'numClasses is 2097153; beside topLogProbs it must be at most 2097152',
    )
  })

  test('by calls that list nothing', async () => {
    await expect(cpu.gumbelSoftmax(logits, { numClasses: 8, seed: 1n, topLogProbs: 1 } as never)).rejects.toThrow(
      'options.topLogProbs is not known',
    )
    await expect(cpu.gumbelSoftmax(logits, { numClasses: 8, seed: 1n, logProbs: 'raw' } as never)).rejects.toThrow(
      'logProbs is raw; it must be true or false',
    )
  })
})
