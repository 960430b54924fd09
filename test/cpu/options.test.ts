import { DeviceError, type Logits, type SampleCallOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'

const sampler = await createSampler({ backend: 'cpu' })
const good = { batchSize: 2, numClasses: 3, seed: 1 }
const logits = new Float32Array(6)

type Refusal = [options: object, type: typeof RangeError | typeof TypeError, message: string]

const FORMS =
  'it must be an array of numbers, a Float32Array or Float16Array, { data } of one or of a Uint16Array, or { buffer: GPUBuffer }'
const whole = (range: string) => `it must be a whole number from ${range}`
const SHAPE: Refusal[] = [
  [{ batchSize: -1 }, RangeError, `batchSize is -1; ${whole('0 to 4294967295')}`],
  [{ batchSize: 2 ** 32 }, RangeError, `batchSize is 4294967296; ${whole('0 to 4294967295')}`],
  [{ batchSize: 1.5 }, RangeError, `batchSize is 1.5; ${whole('0 to 4294967295')}`],
  [{ batchSize: '2' }, TypeError, 'batchSize is string; it must be a number'],
  [{ numClasses: 0 }, RangeError, `numClasses is 0; ${whole('1 to 2147483648')}`],
  [{ numClasses: NaN }, RangeError, `numClasses is NaN; ${whole('1 to 2147483648')}`],
  [{ numClasses: 2 ** 31 + 1 }, RangeError, `numClasses is 2147483649; ${whole('1 to 2147483648')}`],
  [{ numClasses: null }, TypeError, 'numClasses is object; it must be a number'],
  [{ classOffset: 4 }, RangeError, 'classOffset is 4; it must be a multiple of 8'],
  [{ classOffset: -8 }, RangeError, `classOffset is -8; ${whole('0 to 2147483640')}`],
  [{ classOffset: 2 ** 31 }, RangeError, `classOffset is 2147483648; ${whole('0 to 2147483640')}`],
  [{ classOffset: 2 ** 31 - 8, numClasses: 9 }, RangeError, `numClasses is 9; ${whole('1 to 8')}`],
]
const NOISE: Refusal[] = [
  [{ seed: undefined }, TypeError, 'seed is undefined; it must be a bigint or a number'],
  [{ seed: 'x' }, TypeError, 'seed is string; it must be a bigint or a number'],
  [{ seed: -1 }, RangeError, 'seed is -1; a number must be whole and from 0 to 2^53 - 1, a bigint from 0 to 2^64 - 1'],
  [{ seed: 2 ** 53 }, RangeError, 'seed is 9007199254740992; a number must be whole and from 0 to 2^53 - 1'],
  [{ seed: 0.5 }, RangeError, 'seed is 0.5; a number must be whole'],
  [{ seed: -1n }, RangeError, 'seed is -1n; it must be from 0n to 2^64 - 1'],
  [{ seed: 2n ** 64n }, RangeError, 'seed is 18446744073709551616n; it must be from 0n to 2^64 - 1'],
  [{ seed: [1, 2, 3] }, RangeError, 'seed has 3 values; it must be one value, or batchSize (2) values'],
  [{ seed: [1, -2] }, RangeError, 'seed[1] is -2; a number must be whole'],
  [{ seed: [1n, 2n ** 64n] }, RangeError, 'seed[1] is 18446744073709551616n; it must be from 0n to 2^64 - 1'],
  [{ step: -1 }, RangeError, `step is -1; ${whole('0 to 4294967295')}`],
  [{ step: 2 ** 32 }, RangeError, `step is 4294967296; ${whole('0 to 4294967295')}`],
  [{ step: '0' }, TypeError, 'step is string; it must be a number'],
  [{ streams: -1 }, RangeError, `streams is -1; ${whole('0 to 4294967295')}`],
  [{ streams: [0, 2 ** 32] }, RangeError, `streams[1] is 4294967296; ${whole('0 to 4294967295')}`],
  [{ streams: [0] }, RangeError, 'streams has 1 values; it must be one value, or batchSize (2) values'],
  [{ streamOffset: -1 }, RangeError, `streamOffset is -1; ${whole('0 to 4294967295')}`],
  [{ streamOffset: 2 ** 32 - 1 }, RangeError, 'streamOffset is 4294967295; with batchSize 2 streams pass 4294967295'],
  [
    { streamOffset: 1, streams: 2 },
    TypeError,
    'streamOffset counts default streams; it must be left out beside streams or seeds a row',
  ],
  [{ streamOffset: 1, seed: [1, 2] }, TypeError, 'streamOffset counts default streams'],
  [{ tail: 'long' }, RangeError, "tail is long; it must be 'standard' or 'extended'"],
  [{ tail: Object.create(null) }, RangeError, "tail is [object Object]; it must be 'standard' or 'extended'"],
  [{ seed: { length: Symbol('two') } }, RangeError, 'seed has Symbol(two) values; it must be one value'],
]
const temperatures = 'it must be 0 or from 1e-18 to 1e18'
const SAMPLE: Refusal[] = [
  [{ temperature: -1 }, RangeError, `temperature is -1; ${temperatures}`],
  [{ temperature: NaN }, RangeError, `temperature is NaN; ${temperatures}`],
  [{ temperature: Infinity }, RangeError, `temperature is Infinity; ${temperatures}`],
  [{ temperature: 1e-19 }, RangeError, `temperature is 1e-19; ${temperatures}`],
  [{ temperature: 1e19 }, RangeError, `temperature is 10000000000000000000; ${temperatures}`],
  [{ temperature: '1' }, TypeError, 'temperature is string; it must be a number'],
  [{ temperature: [1, -1] }, RangeError, `temperature[1] is -1; ${temperatures}`],
  [{ temperature: [1, 1, 1] }, RangeError, 'temperature has 3 values; it must be one value, or batchSize (2) values'],
  [{ numSamples: 0 }, RangeError, `numSamples is 0; ${whole('1 to 16777216')}`],
  [{ numSamples: 2 ** 24 + 1 }, RangeError, `numSamples is 16777217; ${whole('1 to 16777216')}`],
  [{ invalidRows: 'skip' }, RangeError, "invalidRows is skip; it must be 'reject' or 'mark'"],
]

describe('sample refuses', () => {
  test.each([...SHAPE, ...NOISE, ...SAMPLE])('%o with a %o: %s', async (options, type, message) => {
    const error = await sampler.sample(logits, { ...good, ...options } as SampleCallOptions).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(type)
    expect((error as Error).message).toContain(message)
  })

  test.each<[unknown, typeof RangeError | typeof TypeError, string]>([
    [undefined, TypeError, FORMS],
    [new Uint16Array(6), TypeError, "logits.type is undefined; of a Uint16Array it must be 'float16' or 'bfloat16'"],
    [{ data: new Float32Array(6), type: 'float16' }, RangeError, "logits.type is float16; it must be 'float32'"],
    [[1, 2, 3], RangeError, 'logits hold 3 elements; offset 0 and 2 rows of 3'],
    [[1, 2, '3'], TypeError, 'logits[2] is 3; it must be a number'],
    [new Float64Array(6), TypeError, FORMS],
    [{ data: [1, 2] }, TypeError, FORMS],
    [{ buffer: {} }, TypeError, "logits are in a GPU buffer; backend 'cpu' takes"],
    [new Float32Array(5), RangeError, 'logits hold 5 elements; offset 0 and 2 rows of 3 at a stride of 3 need 6'],
    [
      { data: logits, offset: 1 },
      RangeError,
      'logits hold 6 elements; offset 1 and 2 rows of 3 at a stride of 3 need 7',
    ],
    [
      { data: logits, rowStride: 4 },
      RangeError,
      'logits hold 6 elements; offset 0 and 2 rows of 3 at a stride of 4 need 7',
    ],
    [{ data: logits, rowStride: 2 }, RangeError, 'logits.rowStride is 2; it must be at least numClasses (3)'],
    [{ data: logits, offset: -1 }, RangeError, 'logits.offset is -1; it must be a whole number from 0'],
    [{ data: logits, offset: 0.5 }, RangeError, 'logits.offset is 0.5; it must be a whole number from 0'],
    [{ data: logits, rowStride: NaN }, RangeError, 'logits.rowStride is NaN; it must be a whole number from 0'],
  ])('logits %o with a %o: %s', async (bad, type, message) => {
    const error = await sampler.sample(bad as Logits, good).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(type)
    expect((error as Error).message).toContain(message)
  })

  test.each([undefined, null, 'options'])('options that are %o', async (options) => {
    await expect(sampler.sample(logits, options as never)).rejects.toThrow(
      new TypeError(`options is ${options}; it must be an object`),
    )
  })
})

describe('noise refuses', () => {
  test.each([...SHAPE, ...NOISE])('%o with a %o: %s', async (options, type, message) => {
    const error = await sampler.noise('bits', { ...good, ...options } as never).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(type)
    expect((error as Error).message).toContain(message)
  })

  test('an unknown kind', async () => {
    await expect(sampler.noise('normal' as never, good)).rejects.toThrow(
      new RangeError("kind is normal; it must be 'bits' or 'uniform' or 'exponential' or 'gumbel'"),
    )
  })
})

test.each<[string, () => Promise<unknown>]>([
  [
    'batchSize * numSamples * numClasses is 1125899906842624',
    () => sampler.noise('bits', { ...good, batchSize: 2 ** 30, numClasses: 2 ** 20 }),
  ],
  [
    'batchSize * numSamples is 1677721600000',
    () =>
      sampler.sample(new Float32Array(100_000), { ...good, batchSize: 100_000, numClasses: 1, numSamples: 2 ** 24 }),
  ],
  [
    'batchSize * numSamples * numClasses is 1677721600000',
    () =>
      sampler.gumbelSoftmax(new Float32Array(100_000), {
        ...good,
        batchSize: 1,
        numClasses: 100_000,
        numSamples: 2 ** 24,
      }),
  ],
])('more results than memory are refused: %s', async (message, call) => {
  await expect(call()).rejects.toThrow(new RangeError(`${message}; there is no memory for so many results`))
})

test('a density refuses options that are none', async () => {
  await expect(sampler.concreteLogProb(logits, logits, null as never)).rejects.toThrow('options is null; it must be')
  const temperature = { length: Symbol('two') } as never
  await expect(sampler.concreteLogProb(logits, logits, { ...good, temperature })).rejects.toThrow(
    'temperature has Symbol(two) values; it must be one value',
  )
})

describe('limits of what is allowed', () => {
  test.each([
    { temperature: 0 },
    { temperature: -0 },
    { temperature: 1e-18 },
    { temperature: 1e18 },
    { temperature: new Float64Array([0, 1e18]) },
    { seed: 2n ** 64n - 1n },
    { seed: 2 ** 53 - 1 },
    { seed: BigUint64Array.of(0n, 2n ** 64n - 1n) },
    { step: 2 ** 32 - 1 },
    { streams: 2 ** 32 - 1 },
    { streams: Uint32Array.of(0, 2 ** 32 - 1) },
    { streamOffset: 2 ** 32 - 2 },
    { classOffset: 2 ** 31 - 8 },
  ])('%o', async (options) => {
    const { indices } = await sampler.sample(logits, { ...good, ...options })
    const first = 'classOffset' in options ? options.classOffset! : 0
    for (const index of indices) expect([0, 1, 2]).toContain(index - first)
  })

  test('the stride of one row does not matter', async () => {
    const one = { ...good, batchSize: 1 }
    const { indices } = await sampler.sample({ data: logits.subarray(0, 3), rowStride: 0 }, one)
    expect(indices).toEqual((await sampler.sample(logits, one)).indices)
  })
})

describe('createSampler', () => {
  test('takes the CPU where there is no WebGPU, as in Node, unless told otherwise', async () => {
    expect(sampler.backend).toBe('cpu')
    expect(sampler.device).toBeUndefined()
    expect((await createSampler()).backend).toBe('cpu')
    await expect(createSampler({ backend: 'webgpu' })).rejects.toThrow(
      new DeviceError('WebGPU is not available here: navigator.gpu is missing'),
    )
  })

  test('refuses', async () => {
    await expect(createSampler({ backend: 'gpu' as never })).rejects.toThrow(
      new RangeError("backend is gpu; it must be 'auto' or 'webgpu' or 'cpu'"),
    )
    await expect(createSampler({ backend: 'cpu', device: {} as GPUDevice })).rejects.toThrow(
      new TypeError("device is given; it must be left out where backend is 'cpu'"),
    )
  })
})

describe('the CPU backend', () => {
  test('records nothing', () => {
    expect(() => sampler.encodeSample({} as GPUCommandEncoder, {} as never)).toThrow(
      new DeviceError("encodeSample records for a GPU; this sampler's backend is 'cpu'"),
    )
  })

  test('refuses calls once destroyed', async () => {
    const destroyed = await createSampler({ backend: 'cpu' })
    destroyed.destroy()
    const message = 'this sampler was destroyed; make another with createSampler()'
    await expect(destroyed.sample(logits, good)).rejects.toThrow(new DeviceError(message))
    await expect(destroyed.noise('bits', good)).rejects.toThrow(message)
  })
})
