import { combinePartials, createSampler, sampleSync } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { widenBfloat16, widenFloat16 } from '../../src/halves'
import { expectSame } from '../helpers/compare'
import { ODD_HALVES, halvesOf } from '../helpers/halves'
import { randomLogits } from '../helpers/logits'

const sampler = await createSampler({ backend: 'cpu' })
const ALL = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i)

/** What a float16 stands for, by IEEE 754. */
function float16Of(half: number): number {
  const [sign, exponent, mantissa] = [half >> 15 ? -1 : 1, (half >> 10) & 31, half & 1023]
  if (exponent === 31) return mantissa ? NaN : sign * Infinity
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15))
}

describe('halves', () => {
  test('float16: each of the 65,536 is widened exactly', () => {
    expectSame(widenFloat16(ALL), Float32Array.from(ALL, float16Of), 'float16')
  })

  test('bfloat16: each is the float32 whose upper half it is', () => {
    const widened = new Uint32Array(widenBfloat16(ALL).buffer)
    expectSame(
      widened,
      Uint32Array.from(ALL, (half) => half * 2 ** 16),
      'bfloat16',
    )
  })

  test.each(['float16', 'bfloat16'] as const)('%s logits draw what their float32 copies draw', async (type) => {
    const [batchSize, numClasses] = [7, 37]
    const halves = halvesOf(type, batchSize * numClasses)
    const options = { batchSize, numClasses, numSamples: 3, seed: 5, scores: true, logProbs: true }
    const wide = type === 'float16' ? widenFloat16(halves) : widenBfloat16(halves)
    const drawn = await sampler.sample({ data: halves, type }, options)
    expect(drawn).toEqual(await sampler.sample(wide, options))
    const strided = new Uint16Array(3 + batchSize * (numClasses + 4)).fill(ODD_HALVES.nan)
    for (let r = 0; r < batchSize; r++)
      strided.set(halves.subarray(r * numClasses, (r + 1) * numClasses), 3 + r * (numClasses + 4))
    expect(await sampler.sample({ data: strided, type, offset: 3, rowStride: numClasses + 4 }, options)).toEqual(drawn)
    const soft = { batchSize, numClasses, seed: 5, tau: 0.5 }
    expect(await sampler.gumbelSoftmax({ data: halves, type }, soft)).toEqual(await sampler.gumbelSoftmax(wide, soft))
  })
})

describe('logits in a bare array', () => {
  const row = [0.1, 2, -Infinity, 1e-3]

  test('of numbers are rounded to float32, and say how many rows there are', async () => {
    const options = { numClasses: 4, seed: 3, scores: true }
    const expected = await sampler.sample(Float32Array.from([...row, ...row]), { ...options, batchSize: 2 })
    expect(await sampler.sample([...row, ...row], options)).toEqual(expected)
    expect(await sampler.sample(Float32Array.from([...row, ...row]), options)).toEqual(expected)
  })

  test('must hold whole rows', async () => {
    await expect(sampler.sample(row, { numClasses: 3, seed: 1 })).rejects.toThrow(
      'logits hold 4 elements; without batchSize they must be whole rows of numClasses (3)',
    )
    await expect(sampler.sample({ data: new Float32Array(4) }, { numClasses: 2, seed: 1 })).rejects.toThrow(
      'batchSize is undefined; it must be a number',
    )
  })

  test('of no rows combine to none; options that are none are refused', async () => {
    const none = await sampler.sample([], { numClasses: 3, seed: 1, partial: true })
    expect(combinePartials([none, none]).indices).toEqual(new Int32Array(0))
    expect(() => combinePartials([none], { temprature: 2 } as never)).toThrow('did you mean temperature?')
    expect(() => combinePartials([{}] as never)).toThrow('partials[0].indices is undefined')
  })

  test('may hold none', async () => {
    const empty = { indices: new Int32Array(0), invalidRows: [] }
    expect(await sampler.sample([], { numClasses: 3, seed: 1 })).toEqual(empty)
    expect(await sampler.sample(new Float32Array(5), { batchSize: 0, numClasses: 3, seed: 1 })).toEqual(empty)
    expect(await sampler.noise('gumbel', { batchSize: 0, numClasses: 3, seed: 1 })).toEqual(new Float32Array(0))
  })
})

test('a step a row draws what each step draws', async () => {
  const [batchSize, numClasses] = [5, 300]
  const logits = randomLogits('normal', batchSize, numClasses, 2)
  const steps = [0, 7, 7, 2 ** 32 - 1, 1]
  const { indices } = await sampler.sample(logits, { batchSize, numClasses, seed: 1, step: steps })
  for (const [r, step] of steps.entries()) {
    const one = await sampler.sample(logits, { batchSize, numClasses, seed: 1, step })
    expect(indices[r]).toBe(one.indices[r])
  }
  await expect(sampler.sample(logits, { batchSize, numClasses, seed: 1, step: [1, 2] })).rejects.toThrow(
    'step has 2 values; it must be one value, or batchSize (5) values',
  )
  await expect(sampler.sample(logits, { batchSize, numClasses, seed: 1, step: [0, 0, -1, 0, 0] })).rejects.toThrow(
    'step[2] is -1; it must be a whole number from 0 to 4294967295',
  )
})

describe('sampleSync', () => {
  test('draws what sample() draws, at once', async () => {
    const logits = randomLogits('peaked', 4, 500, 3)
    const options = { batchSize: 4, numClasses: 500, seed: 9n, step: 3, logProbs: true, scores: true }
    expect(sampleSync(logits, options)).toEqual(await sampler.sample(logits, options))
  })

  test('throws what is wrong', () => {
    expect(() => sampleSync([NaN, 1], { numClasses: 2, seed: 1 })).toThrow('logits: row 0 holds NaN')
    expect(() => sampleSync([0, 1], { numClasses: 2, seed: 1, topk: 3 } as never)).toThrow('options.topk is not known')
    expect(() => sampleSync({ buffer: {} } as never, { batchSize: 1, numClasses: 2, seed: 1 })).toThrow(
      "backend 'cpu' takes host memory",
    )
  })
})
