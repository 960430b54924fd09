import {
  type GumbelSoftmaxBackwardCallOptions,
  type InvalidReason,
  InvalidRowsError,
  type Sampler,
  createSampler,
} from 'gumbel-webgpu'
import { expect } from 'vitest'
import { expectSame } from './compare'
import { randomLogits } from './logits'

/** Calls whose rows have no result, in every operation; run on the CPU and on the GPU. */

interface Flaw {
  reason: InvalidReason
  /** Bits in place of a value, of the class that has this place among the row's, or of all. */
  bits: number
  at: 'masked' | 'all' | number
}

const MASKED = 1

const GRAD_SAMPLES: readonly Flaw[] = [
  0x7fc00000, 0xffffffff, 0x7f800001, 0x7f800000, 0xff800000, 0x7f7fffff, 0xff7fffff,
]
  // The least above 1e28.
  .concat(0x6e013f3a, 0xee013f3a)
  .map((bits, i) => ({ reason: 'grad-samples-out-of-range', bits, at: 2 + i }))

const SAMPLES: readonly Flaw[] = [
  { reason: 'samples-nan', bits: 0x7fc00000, at: 2 },
  { reason: 'samples-nan', bits: 0xff800001, at: 3 },
  { reason: 'samples-nan', bits: 0x7fc00000, at: 'masked' },
  // -0.25, 2, infinities; 0.25 where the logit is -Infinity; nothing but 0.
  { reason: 'samples-outside-simplex', bits: 0xbe800000, at: 4 },
  { reason: 'samples-outside-simplex', bits: 0x40000000, at: 5 },
  { reason: 'samples-outside-simplex', bits: 0x7f800000, at: 6 },
  { reason: 'samples-outside-simplex', bits: 0xff800000, at: 7 },
  { reason: 'samples-outside-simplex', bits: 0x3e800000, at: 'masked' },
  { reason: 'samples-outside-simplex', bits: 0, at: 'all' },
]

/** Bits: JavaScript may change a NaN's payload. */
function put({ bits, at }: Flaw, values: Float32Array<ArrayBuffer>, row: number, numClasses: number): void {
  const words = new Uint32Array(values.buffer).subarray(row * numClasses, (row + 1) * numClasses)
  if (at === 'all') words.fill(bits)
  else words[at === 'masked' ? MASKED : at % numClasses === MASKED ? 0 : at % numClasses] = bits
}

/**
 * A call of `gumbelSoftmaxBackward` in which every second row has a flaw, in its first or its last draw. `sound` has none: those draws have gradients
 * of 0 there, so that they add nothing.
 */
export async function flawedGradients(numClasses: number, numSamples: number, given: boolean) {
  const flaws = [...GRAD_SAMPLES, ...(given ? SAMPLES : [])]
  const batchSize = 2 * flaws.length + 1
  const logits = randomLogits('normal', batchSize, numClasses, 1)
  for (let r = 0; r < batchSize; r++) logits[r * numClasses + MASKED] = -Infinity
  const options = { batchSize, numClasses, numSamples, seed: 3, tau: 0.8 }
  const cpu = await createSampler({ backend: 'cpu' })
  const soft = (await cpu.gumbelSoftmax(logits, options)).samples as Float32Array<ArrayBuffer>
  const [gradSamples, samples] = [randomLogits('normal', batchSize * numSamples, numClasses, 2), soft.slice()]
  // Of masked classes they may be anything; and the largest that there may be.
  for (let draw = 0; draw < batchSize * numSamples; draw++)
    gradSamples[draw * numClasses + MASKED] = [NaN, Infinity, -Infinity, 3.4e38][draw % 4]
  gradSamples[0] = 1e28
  const sound = gradSamples.slice()
  const invalidRows = flaws.map((flaw, i) => {
    const row = 2 * i + 1
    const draw = row * numSamples + (i % 2 === 0 ? numSamples - 1 : 0)
    put(flaw, flaw.reason === 'grad-samples-out-of-range' ? gradSamples : samples, draw, numClasses)
    sound.fill(0, draw * numClasses, (draw + 1) * numClasses)
    return { row, reason: flaw.reason }
  })
  return { logits, options, gradSamples, sound, samples: given ? samples : undefined, soft, invalidRows }
}

/** Fails unless rows with flaws in one of their draws are told apart, with gradients of 0, and others have their own. */
export async function expectFlawsFound(
  sampler: Sampler,
  numClasses: number,
  numSamples: number,
  given: boolean,
): Promise<void> {
  const { logits, options, gradSamples, sound, samples, soft, invalidRows } = await flawedGradients(
    numClasses,
    numSamples,
    given,
  )
  const wanted = { ...options, gradTau: true, gradTemperature: true }
  const right = await sampler.gumbelSoftmaxBackward(sound, logits, { ...wanted, samples: given ? soft : undefined })
  for (const { row } of invalidRows) {
    right.gradLogits.fill(0, row * numClasses, (row + 1) * numClasses)
    right.gradTau![row] = right.gradTemperature![row] = 0
  }
  const marked: GumbelSoftmaxBackwardCallOptions = { ...wanted, samples, invalidRows: 'mark' }
  const actual = await sampler.gumbelSoftmaxBackward(gradSamples, logits, marked)
  expect(actual.invalidRows).toEqual(invalidRows)
  for (const name of ['gradLogits', 'gradTau', 'gradTemperature'] as const)
    expectSame(actual[name]!, right[name]!, name)
  const alone = await sampler.gumbelSoftmaxBackward(gradSamples, logits, { ...options, samples, invalidRows: 'mark' })
  expectSame(alone.gradLogits, right.gradLogits, 'gradLogits alone')
  const error = await sampler
    .gumbelSoftmaxBackward(gradSamples, logits, { ...wanted, samples })
    .catch((e: unknown) => e)
  expect(error).toBeInstanceOf(InvalidRowsError)
  expect(error).toMatchObject({ rows: invalidRows })
}

/** Fails unless gradients that leave float32's range make their row invalid, where they are asked for, and others do not. */
export async function expectOverflowsFound(sampler: Sampler): Promise<void> {
  const overflow = { row: 1, reason: 'gradient-overflow' }
  const shape = { batchSize: 3, numClasses: 2, seed: 5, invalidRows: 'mark' } as const
  let logits = new Float32Array(6)
  const call = async (gradSamples: number[], options: Partial<GumbelSoftmaxBackwardCallOptions>) =>
    sampler.gumbelSoftmaxBackward(Float32Array.from(gradSamples), logits, { ...shape, ...options })
  const finite = await call([1, -1, 1e28, -1e28, 1, -1], {})
  expect(finite.invalidRows).toEqual([])
  expect(Math.abs(finite.gradLogits[2])).toBeGreaterThan(1e26)

  const scales = { temperature: [1, 1e-15, 1] }
  const large = await call([1, -1, 1e28, -1e28, 1, -1], scales)
  expect(large.invalidRows).toEqual([overflow])
  expectSame(large.gradLogits.subarray(2, 4), [0, 0], 'gradLogits')
  expectSame(large.gradLogits.subarray(4), finite.gradLogits.subarray(4), 'gradLogits of the row after it')
  // Infinities of both signs, whose sum is NaN.
  const [one, other] = [
    [1e28, -1e28],
    [-1e28, 1e28],
  ]
  const opposed = [1, -1, 1, -1, ...one, ...other, 1, -1, 1, -1]
  expect((await call(opposed, { ...scales, numSamples: 2 })).invalidRows).toEqual([overflow])

  logits = Float32Array.of(0, 1, 0, 1, 0, 1)
  const steep = { temperature: [1, 1e-12, 1], tau: [1, 1e12, 1] }
  expect((await call([1, -1, 1e28, -1e28, 1, -1], steep)).invalidRows).toEqual([])
  const asked = await call([1, -1, 1e28, -1e28, 1, -1], { ...steep, gradTemperature: true })
  expect(asked.invalidRows).toEqual([overflow])
  expect(asked.gradTemperature![1]).toBe(0)
  expect(asked.gradTemperature![2]).not.toBe(0)
  await expect(
    call([1, -1, 1e28, -1e28, 1, -1], { ...steep, gradTemperature: true, invalidRows: 'reject' }),
  ).rejects.toThrow(
    "gradients: row 1 leaves float32's range; pass invalidRows: 'mark' to get gradients of 0 for such rows",
  )
}

/** Fails unless each call's error says what is wrong in which parameter, and what the call gives where rows are marked. */
export async function expectMessages(sampler: Sampler): Promise<void> {
  const options = { batchSize: 2, numClasses: 2, seed: 1 }
  const [logits, ones] = [Float32Array.of(0, 1, NaN, 0), new Float32Array(4).fill(0.5)]
  const sound = new Float32Array(4)
  const [grads, soft] = [Float32Array.of(1, NaN, 0, 1), Float32Array.of(0.5, NaN, 0, 2)]
  const mark = (what: string) => `; pass invalidRows: 'mark' to get ${what} for such rows`
  const range = 'holds NaN, or a value that is not from -1e28 to 1e28'
  const simplex =
    'holds a value that is not from 0 to 1, has one other than 0 where the logits are -Infinity, or has nothing but 0'
  for (const [call, message] of [
    [sampler.sample(logits, options), `logits: row 1 holds NaN${mark('index -1')}`],
    [sampler.gumbelSoftmax(logits, options), `logits: row 1 holds NaN${mark('index -1 and samples of 0')}`],
    [sampler.gumbelSoftmaxBackward(ones, logits, options), `logits: row 1 holds NaN${mark('gradients of 0')}`],
    [
      sampler.gumbelSoftmaxBackward(grads, logits, options),
      `gradSamples: row 0 ${range}, logits: row 1 holds NaN${mark('gradients of 0')}`,
    ],
    [
      sampler.gumbelSoftmaxBackward(ones, sound, { ...options, samples: soft }),
      `samples: row 0 holds NaN, row 1 ${simplex}${mark('gradients of 0')}`,
    ],
    [sampler.concreteLogProb(soft, logits, options), `samples: row 0 holds NaN, logits: row 1 holds NaN${mark('NaN')}`],
    [
      sampler.gumbelGivenIndex(logits, Int32Array.of(-1, -1), options),
      `indices: row 0 is given -1 or a class that is at -Infinity, logits: row 1 holds NaN${mark('noise of 0')}`,
    ],
  ] as const) {
    const error = await (call as Promise<unknown>).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(InvalidRowsError)
    expect((error as Error).message).toBe(message)
  }
}

/** Fails unless indices as `sample` marks them, -1 in rows without a distribution, are taken as they are, and their noise is 0. */
export async function expectMarkedIndicesTaken(
  sampler: Sampler,
  from: (indices: Int32Array<ArrayBuffer>) => Parameters<Sampler['gumbelGivenIndex']>[1],
): Promise<void> {
  const logits = Float32Array.of(0, 1, 2, NaN, 1, 2, 3, 1, 2, -Infinity, -Infinity, -Infinity)
  for (const classOffset of [0, 8]) {
    const options = { batchSize: 4, numClasses: 3, numSamples: 2, seed: 1, classOffset }
    const mark = { ...options, invalidRows: 'mark' } as const
    const { indices } = await sampler.sample(logits, mark)
    expect([...indices.subarray(2, 4), ...indices.subarray(6)]).toEqual([-1, -1, -1, -1])
    const drawn = await sampler.gumbelGivenIndex(logits, from(Int32Array.from(indices)), mark)
    expect(drawn.invalidRows).toEqual([
      { row: 1, reason: 'nan' },
      { row: 3, reason: 'all-masked' },
    ])
    // Also in one draw of a row that has a distribution.
    const given = Int32Array.from(indices)
    given[5] = -1
    const { noise, invalidRows } = await sampler.gumbelGivenIndex(logits, from(given), mark)
    expect(invalidRows).toEqual([
      { row: 1, reason: 'nan' },
      { row: 2, reason: 'given-masked' },
      { row: 3, reason: 'all-masked' },
    ])
    const expected = drawn.noise.slice()
    expected.fill(0, 15, 18)
    expectSame(noise, expected, 'noise')
    expectSame(noise.subarray(6, 12), new Float32Array(6), 'noise of a row without a distribution')
    expect(noise.subarray(0, 6).every((value) => value !== 0)).toBe(true)
    const rejected = sampler.gumbelGivenIndex(logits, from(given), options)
    await expect(rejected).rejects.toBeInstanceOf(InvalidRowsError)
    await expect(rejected).rejects.toMatchObject({ rows: invalidRows })
  }
}
