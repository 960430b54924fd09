import fc from 'fast-check'
import { createSampler } from 'gumbel-webgpu'
import { expect, test } from 'vitest'
import { keptOf } from '../../src/operations/sample/kept'
import { emptySettings } from '../../src/settings'
import { expectKept } from '../helpers/filters'
import { FUZZ, check } from '../helpers/fuzz/check'
import { LOGITS_KINDS, randomLogits } from '../helpers/logits'
import { firstMaximum } from '../helpers/reference'

const cpu = await createSampler({ backend: 'cpu' })

/** Rows of more classes than this are met by long runs alone, which compare what they keep and not their draws. */
const FEW = 5000
const few = fc.constantFrom(1, 2, 3, 7, 64, 65, 300, 1000, FEW)
const long = fc.constantFrom(32_768, 131_072, 151_936, 262_144)
const sizes = FUZZ.factor > 1 ? fc.oneof({ weight: 99, arbitrary: few }, { weight: 1, arbitrary: long }) : few

const rows = sizes.chain((numClasses) =>
  fc.record({
    numClasses: fc.constant(numClasses),
    kind: fc.constantFrom(...LOGITS_KINDS),
    logits: fc.nat(),
    temperature: fc.constantFrom(0, 0.05, 0.8, 1, 30).map(Math.fround),
    topK: fc.constantFrom(0, 1, 2, 20, 50, 256, 1000, numClasses),
    topP: fc.constantFrom(1, 0, 1e-6, 0.1, 0.5, 0.9, 0.99, 1 - 1e-7).map(Math.fround),
    minP: fc.constantFrom(0, 0, 1e-10, 0.05, 0.5, 1).map(Math.fround),
    seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    step: fc.nat(),
  }),
)

/** Against a sort of the whole row in float64: 400 rows, and 10^5 in a run of 250 times as many. */
test('filters keep and draw what a reference by sorting does', () =>
  check('filters keep and draw what a reference by sorting does', 400, rows, async (each) => {
    const { numClasses, kind, logits, seed, step, ...filters } = each
    const row = randomLogits(kind, 1, numClasses, logits)
    const largest = row.reduce((a, b) => Math.max(a, b))
    const kept = keptOf(row, 0, numClasses, largest, { ...emptySettings(), ...filters })
    expectKept(row, filters, kept, 'kept')
    if (numClasses > FEW) return
    const options = { numClasses, batchSize: 1, seed, step }
    const { indices, keptCounts } = await cpu.sample(row, { ...options, ...filters, kept: true })
    const masked = new Float32Array(numClasses).fill(-Infinity)
    for (const column of kept) masked[column] = row[column]
    const noise = (await cpu.noise('gumbel', options)) as Float32Array
    expect([...keptCounts!]).toEqual([kept.length])
    expect(indices[0]).toBe(firstMaximum(masked, noise, filters.temperature))
    const alone = await cpu.sample(row, { ...options, ...filters })
    expect(alone.indices, 'where nobody asks what is kept').toEqual(indices)
  }))
