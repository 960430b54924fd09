import fc from 'fast-check'
import type { ConcreteLogProbOptions, Indices, Logits, NoiseKind, Sampler, SampleOptions, Values } from 'gumbel-webgpu'

/** What any call may be given; wrong values too. */
export interface Arguments {
  logits: unknown
  gradSamples: unknown
  samples: unknown
  indices: unknown
  kind: unknown
  options: Record<string, unknown>
}

/** The shape that arguments are for. */
export const SHAPE = { batchSize: 3, numClasses: 5, numSamples: 2 }
const ROWS = SHAPE.batchSize * SHAPE.numClasses
const DRAWS = SHAPE.numSamples * ROWS

/** Arguments that every call takes. */
export function goodArguments(): Arguments {
  return {
    logits: new Float32Array(ROWS),
    gradSamples: new Float32Array(DRAWS).fill(1),
    samples: new Float32Array(DRAWS).fill(1 / SHAPE.numClasses),
    indices: new Int32Array(DRAWS / SHAPE.numClasses),
    kind: 'gumbel',
    options: { ...SHAPE, seed: 1 },
  }
}

type Call = (sampler: Sampler, args: Arguments) => Promise<unknown>

/** The calls, and what of their arguments they look at. */
export const CALLS: Record<string, { call: Call; takes: readonly FlawName[] }> = {
  sample: {
    call: (sampler, { logits, options }) => sampler.sample(logits as Logits, options as unknown as SampleOptions),
    takes: ['shape', 'logits', 'scales', 'noise', 'invalidRows'],
  },
  gumbelSoftmax: {
    call: (sampler, { logits, options }) =>
      sampler.gumbelSoftmax(logits as Logits, options as unknown as SampleOptions),
    takes: ['shape', 'logits', 'scales', 'noise', 'invalidRows'],
  },
  gumbelSoftmaxBackward: {
    call: (sampler, { gradSamples, logits, options }) =>
      sampler.gumbelSoftmaxBackward(gradSamples as Values, logits as Logits, options as unknown as SampleOptions),
    takes: ['shape', 'logits', 'gradSamples', 'scales', 'zeroScales', 'noise', 'invalidRows'],
  },
  'gumbelSoftmaxBackward of samples': {
    call: (sampler, { gradSamples, samples, logits, options }) =>
      sampler.gumbelSoftmaxBackward(gradSamples as Values, logits as Logits, {
        ...(options as unknown as SampleOptions),
        samples: samples as Values,
      }),
    takes: ['logits', 'gradSamples', 'samples', 'scales', 'zeroScales', 'noise', 'invalidRows'],
  },
  concreteLogProb: {
    call: (sampler, { samples, logits, options }) =>
      sampler.concreteLogProb(samples as Values, logits as Logits, options as unknown as ConcreteLogProbOptions),
    takes: ['shape', 'logits', 'samples', 'scales', 'zeroScales', 'invalidRows'],
  },
  gumbelGivenIndex: {
    call: (sampler, { logits, indices, options }) =>
      sampler.gumbelGivenIndex(logits as Logits, indices as Indices, options as unknown as SampleOptions),
    takes: ['shape', 'logits', 'indices', 'scales', 'zeroScales', 'noise', 'invalidRows'],
  },
  noise: {
    call: (sampler, { kind, options }) => {
      // Noise takes its shape from nothing but the options: of any other that is right there may be gigabytes.
      const { batchSize, numClasses } = (options ?? {}) as Record<string, number>
      const many = Number.isInteger(batchSize) && Number.isInteger(numClasses) && batchSize * numClasses > 1e6
      return sampler.noise(
        kind as NoiseKind as 'bits',
        (many ? { ...options, ...SHAPE } : options) as unknown as SampleOptions,
      )
    },
    takes: ['kind', 'scales', 'noise'],
  },
}

/** An argument, by its name in messages, that is wrong; and how it is refused. */
export interface Flaw {
  name: string
  set: (args: Arguments) => void
  /** In the message, where a number is wrong. */
  value: unknown
  type: typeof RangeError | typeof TypeError
}

function option(key: string, value: unknown, type: Flaw['type'], name = key, shown = value): Flaw {
  return { name, value: shown, type, set: ({ options }) => void (options[key] = value) }
}

const notNumbers = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.constantFrom<unknown>(Symbol('x'), () => 1, 1n),
)

/** Numbers that are not whole ones from `min` to `max`. */
function outside(min: number, max: number): fc.Arbitrary<number> {
  return fc
    .oneof(
      fc.constantFrom(NaN, Infinity, -Infinity, min - 1, max + 1, min + 0.5, -(2 ** 31), 2 ** 53, 5e-324, 1e300),
      fc.double(),
      fc.maxSafeInteger(),
    )
    .filter((value) => !(Number.isInteger(value) && value >= min && value <= max))
}

function wholes(key: string, min: number, max: number): fc.Arbitrary<Flaw> {
  return fc.oneof(
    outside(min, max).map((value) => option(key, value, RangeError)),
    notNumbers.map((value) => option(key, value, TypeError, key, typeof value)),
  )
}

/** A list of one value a row in which one is wrong, or of a wrong length. */
function lists(
  key: string,
  good: unknown,
  bad: fc.Arbitrary<[value: unknown, type: Flaw['type']]>,
): fc.Arbitrary<Flaw> {
  return fc.oneof(
    fc.record({ at: fc.nat(SHAPE.batchSize - 1), bad }).map(({ at, bad: [value, type] }) => {
      const list = Array.from({ length: SHAPE.batchSize }, (_, r) => (r === at ? value : good))
      return option(key, list, type, `${key}[${at}]`, type === TypeError ? typeof value : value)
    }),
    fc
      .nat(8)
      .filter((length) => length !== SHAPE.batchSize)
      .map((length) => option(key, Array(length).fill(good), RangeError, key, length)),
  )
}

function orLists(key: string, good: unknown, bad: fc.Arbitrary<[value: unknown, type: Flaw['type']]>) {
  return fc.oneof(
    bad.map(([value, type]) => option(key, value, type, key, type === TypeError ? typeof value : value)),
    lists(key, good, bad),
  )
}

const typed = <T>(values: fc.Arbitrary<T>, type: Flaw['type']) =>
  values.map((value): [value: unknown, type: Flaw['type']] => [value, type])

/** Denormal and other small numbers, negative and huge ones. */
const outsideScales = fc
  .oneof(
    fc.constantFrom(5e-324, 1e-45, 2 ** -126, 9.9e-19, 1.1e18, 3.4e38, -1, -1e-18, NaN, Infinity, -Infinity),
    fc.double(),
  )
  .filter((value) => !(value === 0 || (value >= 1e-18 && value <= 1e18)))
const badScales = fc.oneof(typed(outsideScales, RangeError), typed(notNumbers, TypeError))
const badSeeds = fc.oneof(
  typed(outside(0, Number.MAX_SAFE_INTEGER), RangeError),
  typed(fc.oneof(fc.bigInt({ max: -1n }), fc.bigInt({ min: 2n ** 64n })), RangeError),
  typed(fc.oneof(fc.string(), fc.boolean(), fc.constantFrom<unknown>(Symbol('x'), undefined)), TypeError),
)
const badStreams = fc.oneof(typed(outside(0, 2 ** 32 - 1), RangeError), typed(notNumbers, TypeError))

/** Rows of values that are none, too short, or at a place that is none. */
function rows(key: 'logits' | 'gradSamples' | 'samples', count: number): fc.Arbitrary<Flaw> {
  const flaw = (value: unknown, type: Flaw['type'], name = key as string, shown: unknown = undefined): Flaw => ({
    name,
    value: shown,
    type,
    set: (args) => void (args[key] = value),
  })
  const data = new Float32Array(count * SHAPE.numClasses)
  return fc.oneof(
    fc
      .constantFrom<unknown>(null, 1, 'logits', [0, '1'], new Float64Array(data.length), { data: [0] }, {}, () => 1)
      .map((value) => flaw(value, TypeError)),
    fc.nat(data.length - 1).map((length) => flaw(data.subarray(0, length), RangeError, key, length)),
    outside(0, Number.MAX_SAFE_INTEGER).map((offset) => flaw({ data, offset }, RangeError, `${key}.offset`, offset)),
    fc.integer({ min: 1, max: 2 ** 40 }).map((offset) => flaw({ data, offset }, RangeError, key, offset)),
    notNumbers.map((offset) => flaw({ data, offset }, TypeError, `${key}.offset`, typeof offset)),
    fc
      .oneof(outside(0, Number.MAX_SAFE_INTEGER), fc.nat(SHAPE.numClasses - 1))
      .map((rowStride) => flaw({ data, rowStride }, RangeError, `${key}.rowStride`, rowStride)),
    fc
      .integer({ min: SHAPE.numClasses + 1, max: 2 ** 40 })
      .map((rowStride) => flaw({ data, rowStride }, RangeError, key, rowStride)),
  )
}

const otherWords = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constantFrom<unknown>(Symbol('x'), {}, []))

export const FLAWS = {
  /** Where there is other data than options, batchSize and the like do not fit it either: only what is refused before it. */
  shape: fc.oneof(
    wholes('batchSize', 0, 2 ** 32 - 1),
    wholes('numClasses', 1, 2 ** 31),
    wholes('numSamples', 1, 2 ** 24),
    fc.constantFrom<unknown>(null, undefined, 1, 'options', Symbol('x')).map(
      (value) =>
        ({
          name: 'options',
          value: undefined,
          type: TypeError,
          set: (args) => void (args.options = value as never),
        }) as Flaw,
    ),
  ),
  scales: fc.oneof(orLists('temperature', 1, badScales), orLists('tau', 1, badScales)),
  zeroScales: fc.oneof(
    ...['temperature', 'tau'].map((key) =>
      fc.oneof(
        fc.constantFrom(0, -0).map((value) => option(key, value, RangeError, key, 0)),
        fc.nat(SHAPE.batchSize - 1).map((at) => {
          const list = Float32Array.from({ length: SHAPE.batchSize }, (_, r) => (r === at ? 0 : 1))
          return option(key, list, RangeError, `${key}[${at}]`, 0)
        }),
      ),
    ),
  ),
  noise: fc.oneof(
    orLists('seed', 7n, badSeeds),
    orLists('streams', 7, badStreams),
    wholes('step', 0, 2 ** 32 - 1),
    wholes('classOffset', 0, 2 ** 31 - 8),
    fc
      .nat(2 ** 20)
      .filter((n) => n % 8 !== 0)
      .map((n) => option('classOffset', n, RangeError)),
    wholes('streamOffset', 0, 2 ** 32 - 1),
    fc.constantFrom(1, 2).map((n) => option('streamOffset', 2 ** 32 - n, RangeError)),
    otherWords
      .filter((word) => word !== 'standard' && word !== 'extended')
      .map((word) => option('tail', word, RangeError)),
  ),
  invalidRows: otherWords
    .filter((word) => word !== 'reject' && word !== 'mark')
    .map((word) => option('invalidRows', word, RangeError)),
  kind: fc
    .oneof(otherWords, fc.constantFrom(null, undefined))
    .filter((word) => !['bits', 'uniform', 'exponential', 'gumbel'].includes(word as string))
    .map((kind): Flaw => ({
      name: 'kind',
      value: undefined,
      type: RangeError,
      set: (args) => void (args.kind = kind),
    })),
  logits: rows('logits', SHAPE.batchSize),
  gradSamples: rows('gradSamples', SHAPE.batchSize * SHAPE.numSamples),
  samples: rows('samples', SHAPE.batchSize * SHAPE.numSamples),
  indices: fc.oneof(
    fc
      .constantFrom<unknown>(null, undefined, 0, 'indices', [0, 0, 0, 0, 0, 0], new Uint32Array(6), {})
      .map((value): Flaw => ({
        name: 'indices',
        value: undefined,
        type: TypeError,
        set: (args) => void (args.indices = value),
      })),
    fc
      .nat(20)
      .filter((length) => length !== SHAPE.batchSize * SHAPE.numSamples)
      .map((length): Flaw => ({
        name: 'indices',
        value: length,
        type: RangeError,
        set: (args) => void (args.indices = new Int32Array(length)),
      })),
    fc
      .record({
        at: fc.nat(SHAPE.batchSize * SHAPE.numSamples - 1),
        index: fc.integer().filter((index) => index < -1 || index >= SHAPE.numClasses),
      })
      .map(({ at, index }): Flaw => ({
        name: `indices[${at}]`,
        value: index,
        type: RangeError,
        set: (args) => void ((args.indices as Int32Array)[at] = index),
      })),
  ),
}

export type FlawName = keyof typeof FLAWS

/** A call, and flaws of its arguments: one of each of some of the kinds that it looks at. */
export function flawedCalls(most: number): fc.Arbitrary<{ name: string; flaws: Flaw[] }> {
  return fc.constantFrom(...Object.keys(CALLS)).chain((name) =>
    fc.subarray([...CALLS[name].takes], { minLength: 1, maxLength: most }).chain((kinds) =>
      fc.record({
        name: fc.constant(name),
        flaws: fc.tuple(...kinds.map((kind) => FLAWS[kind] as fc.Arbitrary<Flaw>)),
      }),
    ),
  )
}

export function argumentsWith(flaws: readonly Flaw[]): Arguments {
  const args = goodArguments()
  for (const flaw of flaws) flaw.set(args)
  return args
}
