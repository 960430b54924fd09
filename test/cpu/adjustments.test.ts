import { type InvalidReason, createSampler, sampleSync } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { answerOnCpu } from '../../src/backends/answer_on_cpu'
import { Copies, Spares } from '../../src/backends/copies'
import { callOf } from '../../src/call'
import { sample } from '../../src/operations/sample/operation'
import { type Controls, expectedRow, hostOptions, randomControls } from '../helpers/adjusted'
import { expectClose, expectSame } from '../helpers/compare'
import { LOGITS_KINDS, TEMPERATURES, randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'

const sampler = await createSampler({ backend: 'cpu' })
const REASONS: Record<number, InvalidReason> = {
  3: 'all-masked',
  10: 'bias-bans-all',
  11: 'penalties-ban-all',
  12: 'bitmask-bans-all',
}

/** The logits that a call draws from, and why rows have nothing left. */
function adjusted(logits: Float32Array, controls: Controls, classOffset = 0) {
  const { batchSize, numClasses } = controls
  const rows = Array.from({ length: batchSize }, (_, r) =>
    expectedRow(logits.subarray(r * numClasses, (r + 1) * numClasses), r, controls, classOffset),
  )
  return { data: Float32Array.from(rows.flatMap((row) => [...row.logits])), emptied: rows.map((row) => row.emptied) }
}

describe('bias, penalties and bitmask', () => {
  test.each(LOGITS_KINDS)('draw from the logits that a plain loop makes of %s ones', async (kind) => {
    const random = new Random(LOGITS_KINDS.indexOf(kind))
    for (let round = 0; round < 40; round++) {
      const shape = { batchSize: random.whole(1, 4), numClasses: random.pick([1, 5, 31, 32, 33, 64, 100, 300]) }
      const classOffset = random.pick([0, 8 * random.whole(0, 1000)])
      const controls = randomControls(random, { ...shape, classOffset })
      const logits = randomLogits(kind, shape.batchSize, shape.numClasses, round)
      if (random.uniform() < 0.1) logits[random.whole(0, logits.length - 1)] = random.pick([NaN, Infinity])
      const options = {
        ...shape,
        classOffset,
        seed: round,
        numSamples: random.pick([1, 3]),
        temperature: random.pick(TEMPERATURES),
        scores: true,
        logProbs: true,
        invalidRows: 'mark',
      } as const
      const { data, emptied } = adjusted(logits, controls, classOffset)
      const expected = await sampler.sample(data, options)
      const reasons = expected.invalidRows.map(({ row, reason }) => ({
        row,
        reason: reason === 'all-masked' ? REASONS[emptied[row]] : reason,
      }))
      for (const form of ['bare', 'view'] as const) {
        const given = { ...options, ...hostOptions(controls, form) }
        for (const result of [await sampler.sample(logits, given), sampleSync(logits, given)]) {
          expectSame(result.indices, expected.indices, 'indices')
          expectSame(result.scores, expected.scores, 'scores')
          expectSame(result.logProbs, expected.logProbs, 'logProbs')
          expect(result.invalidRows).toEqual(reasons)
        }
      }
    }
  })

  test('are rounded one after another', () => {
    const given = { batchSize: 1, numClasses: 4, seed: 1, temperature: 0, scores: true } as const
    const best = (logits: number[], options: object) => sampleSync(logits, { ...given, ...options }).scores![0]
    expect(best([1e8, 0, 0, 0], { bias: Float32Array.of(1, 0, 0, 0) })).toBe(1e8)
    const tokens = Int32Array.of(0, 0, 0)
    const f = Math.fround
    // 1/r is rounded before it is multiplied with.
    expect(best([9, -9, -9, -9], { penalties: { tokens, repetition: 1.2 } })).toBe(f(9 * f(1 / f(1.2))))
    expect(f(9 * f(1 / f(1.2)))).not.toBe(f(9 / f(1.2)))
    expect(best([-7, -9, -9, -9], { penalties: { tokens, repetition: 1.2 } })).toBe(f(-7 * f(1.2)))
    const less = { tokens, frequency: 0.1, presence: 0.7 }
    expect(best([5, -9, -9, -9], { penalties: less })).toBe(f(f(5 - f(3 * f(0.1))) - f(0.7)))
    // Tokens of the prompt are no output; those after the length are nothing.
    expect(best([5, -9, -9, -9], { penalties: { ...less, promptLengths: 2 } })).toBe(f(f(5 - f(0.1)) - f(0.7)))
    expect(best([5, -9, -9, -9], { penalties: { ...less, promptLengths: 3 } })).toBe(5)
    expect(best([5, -9, -9, -9], { penalties: { ...less, lengths: 0, repetition: 9 } })).toBe(5)
  })

  test('bias of a few classes is that of all with 0 for the others', async () => {
    const logits = randomLogits('normal', 3, 40, 1)
    const bias = new Float32Array(40)
    bias[7] = 4
    bias[39] = -Infinity
    const options = { numClasses: 40, seed: 3, numSamples: 50 }
    const sparse = { classes: [7, 39], values: Float32Array.of(4, -Infinity) }
    expect(await sampler.sample(logits, { ...options, bias: sparse })).toEqual(
      await sampler.sample(logits, { ...options, bias }),
    )
    expect(await sampler.sample(logits, { ...options, bias: { classes: [], values: [] } })).toEqual(
      await sampler.sample(logits, options),
    )
  })

  test('draw only what is allowed, as often as a softmax of it says', async () => {
    const allowed = Array.from({ length: 70 }, (_, c) => c % 3 === 0)
    const { bitmask } = hostOptions({ batchSize: 1, numClasses: 70, allowed: [allowed] })
    const options = { batchSize: 1, numClasses: 70, seed: 1, numSamples: 20_000, bitmask }
    const { indices } = await sampler.sample(new Float32Array(70), options)
    const counts = new Float64Array(70)
    for (const index of indices) counts[index]++
    expect([...counts].filter((count, c) => count > 0 && !allowed[c])).toEqual([])
    expectClose(
      [...counts].filter((_, c) => allowed[c]).map((count) => count / 20_000),
      Array(24).fill(1 / 24),
      0.006,
      'parts',
    )
  })

  test('say of an invalid row what took its last class', async () => {
    const options = { batchSize: 4, numClasses: 3, seed: 1 } as const
    const bitmask = Int32Array.of(7, 7, 0, 7)
    const bias = new Float32Array(12)
    bias.fill(-Infinity, 3, 6)
    const tokens = Int32Array.of(-1, -1, -1, -1, -1, -1, 0, 1, 2, 0, 1, 2)
    const penalties = { tokens, repetition: [1, 1, 1, 1e37] }
    const logits = new Float32Array(12).fill(-300)
    await expect(sampler.sample(logits, { ...options, bias, bitmask, penalties })).rejects.toThrow(
      'bias: row 1 bans every class that was left, bitmask: row 2 bans every class that was left, penalties: row 3 bans every class that was left' +
        "; pass invalidRows: 'mark' to get index -1 for such rows",
    )
    logits[0] = NaN
    await expect(
      sampler.sample(logits, { ...options, bias: new Float32Array(3), bitmask: Int32Array.of(-2) }),
    ).rejects.toThrow('logits with bias: row 0 holds NaN; pass')
    const more = { bias: Float32Array.of(0, 0, 3e38), penalties: { tokens, frequency: -3e38 } }
    await expect(sampler.sample(new Float32Array(12), { ...options, ...more })).rejects.toThrow(
      'logits with bias and penalties: row 2 holds +Infinity, row 3 holds +Infinity; pass',
    )
  })

  test('of shards give what the whole gives', async () => {
    const random = new Random(9)
    const controls = randomControls(random, { batchSize: 3, numClasses: 100 }, false)
    const { history, ...others } = { ...controls, bias: [randomLogits('normal', 1, 100, 2)] }
    const logits = randomLogits('normal', 3, 100, 5)
    const options = { batchSize: 3, seed: 4, numSamples: 4, scores: true }
    const whole = await sampler.sample(logits, { ...options, numClasses: 100, ...hostOptions({ ...others, history }) })
    const shards = await Promise.all(
      [0, 40].map((first) => {
        const numClasses = first === 0 ? 40 : 60
        const bias = others.bias.map((row) => row.slice(first, first + numClasses))
        const allowed = others.allowed?.map((row) => row.slice(first, first + numClasses))
        const given = hostOptions({ batchSize: 3, numClasses, bias, ...(allowed ? { allowed } : {}), history })
        const place = { data: logits, offset: first, rowStride: 100 }
        return sampler.sample(place, { ...options, numClasses, classOffset: first, ...given, invalidRows: 'mark' })
      }),
    )
    const best = Array.from(whole.indices, (_, i) => (shards[1].scores![i] > shards[0].scores![i] ? 1 : 0))
    expect(best.map((shard, i) => shards[shard].indices[i])).toEqual([...whole.indices])
  })
})

describe('are refused', () => {
  const good = { batchSize: 2, numClasses: 40, seed: 1 }
  const tokens = new Int32Array(6)
  test.each<[object, string]>([
    [
      { bitmask: new Int32Array(3) },
      'bitmask has 3 words; it must have ceil(numClasses / 32) (2), one row for all, or batchSize * 2 (4)',
    ],
    [{ bitmask: new Int32Array(1) }, 'bitmask has 1 words; it must have ceil(numClasses / 32) (2)'],
    [
      { bitmask: new Float32Array(4) },
      'bitmask is [object Float32Array]; it must be an Int32Array or Uint32Array, { data } of one',
    ],
    [{ bitmask: true }, 'bitmask is true; it must be an Int32Array or Uint32Array'],
    [
      { bitmask: { data: new Int32Array(4), rowStride: 1 } },
      'bitmask.rowStride is 1; it must be 0 (one row for all) or at least ceil(numClasses / 32) (2)',
    ],
    [
      { bitmask: { data: new Uint32Array(4), rowStride: 3 } },
      'bitmask hold 4 elements; offset 0 and 2 rows of 2 at a stride of 3 need 5',
    ],
    [{ bitmask: { buffer: {} } }, "bitmask are in a GPU buffer; backend 'cpu' takes"],
    [
      { bias: new Float32Array(41) },
      'bias has 41 values; it must have numClasses (40), one row for all, or batchSize * 40 (80)',
    ],
    [
      { bias: [1, 2] },
      'bias is [object Array]; it must be a Float32Array, { data: Float32Array }, { classes, values } or',
    ],
    [{ bias: { data: new Float32Array(80), stride: 1 } }, 'bias.stride is not known'],
    [{ bias: { classes: [1], values: [1, 2] } }, 'bias.values has 2 values; it must have one a class (1)'],
    [{ bias: { classes: [40], values: [1] } }, 'bias.classes[0] is 40; it must be a whole number from 0 to 39'],
    [{ bias: { classes: [3, 3], values: [1, 1] } }, 'bias.classes[1] is 3, as is bias.classes[0]'],
    [{ bias: { classes: [3], values: ['1'] } }, 'bias.values[0] is 1; it must be a number'],
    [{ bias: { classes: [3] } }, 'bias.values is undefined; it must be a list of numbers'],
    [{ penalties: 1.1 }, 'penalties is 1.1; it must be an object'],
    [{ penalties: {} }, 'penalties.tokens is undefined; it must be an Int32Array'],
    [{ penalties: { tokens, repetitions: 1 } }, 'penalties.repetitions is not known; did you mean repetition?'],
    [
      { penalties: { tokens: new Int32Array(5) } },
      'penalties.tokens has 5 values; it must have as many for each row of batchSize (2)',
    ],
    [
      { penalties: { tokens: new Uint32Array(6) } },
      'penalties.tokens is [object Uint32Array]; it must be an Int32Array',
    ],
    [{ penalties: { tokens: { data: tokens } } }, 'penalties.tokens.length is undefined; it must be a number'],
    [
      { penalties: { tokens: { data: tokens, length: 4 } } },
      'penalties.tokens hold 6 elements; offset 0 and 2 rows of 4',
    ],
    [{ penalties: { tokens, lengths: 4 } }, 'penalties.lengths is 4; it must be a whole number from 0 to 3'],
    [{ penalties: { tokens, lengths: [3, -1] } }, 'penalties.lengths[1] is -1; it must be a whole number from 0 to 3'],
    [
      { penalties: { tokens, lengths: 2, promptLengths: [1, 3] } },
      'penalties.promptLengths[1] is 3; it must be a whole number from 0 to 2',
    ],
    [{ penalties: { tokens, repetition: 0 } }, 'penalties.repetition is 0; it must be from 1e-37 to 1e37'],
    [
      { penalties: { tokens, repetition: [1] } },
      'penalties.repetition has 1 values; it must be one value, or batchSize (2) values',
    ],
    [
      { penalties: { tokens, frequency: Infinity } },
      'penalties.frequency is Infinity; it must be a finite float32 number',
    ],
    [
      { penalties: { tokens, presence: [0, 1e39] } },
      'penalties.presence[1] is 1e+39; it must be a finite float32 number',
    ],
    [{ penalties: { tokens }, partial: true }, 'penalties is given beside partial; it must be left out'],
  ])('%o: %s', async (options, message) => {
    const logits = new Float32Array(80)
    const error = await sampler.sample(logits, { ...good, ...options }).catch((e: unknown) => e as Error)
    expect(error).toBeInstanceOf(Error)
    expect((error as Error).message).toContain(message)
    expect(() => sampleSync(logits, { ...good, ...options })).toThrow(message)
  })

  test.each(['bitmask', 'bias', 'penalties'])('%s in every other call', async (name) => {
    const options = { ...good, [name]: new Int32Array(2) }
    const logits = new Float32Array(80)
    for (const call of [
      () => sampler.gumbelSoftmax(logits, options),
      () => sampler.gumbelSoftmaxBackward(logits, logits, options),
      () => sampler.concreteLogProb(logits, logits, options),
      () => sampler.gumbelGivenIndex(logits, new Int32Array(2), options),
      () => sampler.noise('bits', options),
    ])
      await expect(call()).rejects.toThrow(`options.${name} is not known`)
  })
})

test('calls that are made again draw from what they were given, whatever is written there since', () => {
  const random = new Random(4)
  const shape = { batchSize: 3, numClasses: 70 }
  for (let round = 0; round < 20; round++) {
    const given = { ...shape, seed: round, numSamples: 9, ...hostOptions(randomControls(random, shape, false), 'view') }
    const logits = randomLogits('normal', 3, 70, round)
    const options = { ...given, invalidRows: 'mark' } as const
    const expected = sampleSync(logits, options)
    const copies = new Copies(callOf(sample, { logits }, options), new Spares())
    const arrays = [options.bias, options.bitmask, options.penalties?.tokens].flatMap((view) => {
      return view && 'data' in view ? [view.data] : []
    })
    for (const array of [logits, ...arrays]) array.fill(-7)
    expect(answerOnCpu(copies.call)).toEqual(expected)
  }
})

test('rows of no batch are no error', async () => {
  const penalties = { tokens: new Int32Array(0) }
  const options = {
    batchSize: 0,
    numClasses: 5,
    seed: 1,
    bias: new Float32Array(5),
    bitmask: new Int32Array(0),
    penalties,
  }
  expect((await sampler.sample(new Float32Array(0), options)).indices).toEqual(new Int32Array(0))
})
