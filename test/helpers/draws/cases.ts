import type { GumbelSoftmaxBackwardCallOptions, HostValues, NoiseKind, SampleCallOptions } from 'gumbel-webgpu'
import { KINDS_OF_LOGITS, Words, gradientsOf, indicesOf, invalidLogits, logitsOf, simplexOf } from './inputs'

/** Options of every operation. */
type Options = Omit<GumbelSoftmaxBackwardCallOptions, 'samples' | 'logSamples'> &
  Omit<SampleCallOptions, keyof GumbelSoftmaxBackwardCallOptions> & { batchSize: number; logSamples?: boolean }

/** Logits of 16 bits. */
export interface HostHalves {
  data: Uint16Array<ArrayBuffer>
  type: 'float16' | 'bfloat16'
}

/** A call whose results are kept in test/fixtures/draws.json. */
export type DrawCase =
  | { operation: 'sample'; logits: HostValues | HostHalves; options: Options }
  | { operation: 'gumbelSoftmax'; logits: HostValues; options: Options }
  | {
      operation: 'gumbelSoftmaxBackward'
      logits: HostValues
      options: Options
      gradSamples: HostValues
      /** Given in place of the noise: points of the simplex, which stand for soft samples. */
      samples?: HostValues
    }
  | { operation: 'concreteLogProb'; logits: HostValues; options: Options; samples: HostValues }
  | { operation: 'gumbelGivenIndex'; logits: HostValues; options: Options; indices: Int32Array<ArrayBuffer> }
  | { operation: 'noise'; options: Options; kind: NoiseKind }

const SEED = 0xfedcba9876543210n
/** A batch whose rows, seeds, step and first class are far from 0. */
const PART = { classOffset: 8 * 12345, streamOffset: 2 ** 31 + 7, step: 2 ** 32 - 3, seed: SEED }
const TEMPERATURES = [0, 1e-18, 0.05, 0.8, 1, 30, 1e18]
const words = new Words(3)
/** Settings of seven rows, each of its own. */
const OF_ROWS = {
  seed: BigUint64Array.from({ length: 7 }, () => (BigInt(words.word()) << 32n) | BigInt(words.word())),
  streams: Uint32Array.from({ length: 7 }, () => words.word()),
}

const BY_SUMS = { method: 'inverse-cdf', scores: false } as const
const FILTERS_OF_ROWS = {
  temperature: TEMPERATURES,
  topK: [0, 0, 7, 600, 0, 5, 0],
  topP: [1, 0.9, 0.5, 0.99, 0.3, 0.7, 0.8],
  minP: Float32Array.of(0, 0, 0.01, 0, 0.1, 0, 0),
}
/** A bias of each class, every fourth class banned, and a history of each row. */
const ADJUSTMENTS = {
  bias: { data: logitsOf('bell', 1, 300, 5), rowStride: 0 },
  bitmask: { data: new Uint32Array(10).fill(0x77777777), rowStride: 0 },
  penalties: {
    tokens: Int32Array.from({ length: 7 * 20 }, () => words.below(300)),
    promptLengths: 8,
    repetition: 1.3,
    frequency: 0.4,
    presence: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
  },
} satisfies Partial<Options>
const MARK = { invalidRows: 'mark' } as const
const BOTH_GRADIENTS = { gradTau: true, gradTemperature: true }

function sized(batchSize: number, numClasses: number, options: Partial<Options> = {}): Options {
  return { batchSize, numClasses, seed: 42n, ...options }
}

function sample(batchSize: number, numClasses: number, options: Partial<Options> = {}, kind = KINDS_OF_LOGITS[0]) {
  const logits = { data: logitsOf(kind, batchSize, numClasses) }
  return {
    operation: 'sample',
    logits,
    options: sized(batchSize, numClasses, { scores: true, logProbs: true, ...options }),
  } as const
}

function softmax(batchSize: number, numClasses: number, options: Partial<Options> = {}, kind = KINDS_OF_LOGITS[0]) {
  const logits = { data: logitsOf(kind, batchSize, numClasses) }
  return {
    operation: 'gumbelSoftmax',
    logits,
    options: sized(batchSize, numClasses, { tau: 0.5, ...options }),
  } as const
}

function backward(batchSize: number, numClasses: number, options: Partial<Options> = {}) {
  const asked = sized(batchSize, numClasses, { tau: 0.7, ...BOTH_GRADIENTS, ...options })
  return {
    operation: 'gumbelSoftmaxBackward',
    logits: { data: logitsOf('bell', batchSize, numClasses) },
    options: asked,
    gradSamples: { data: gradientsOf(batchSize * (asked.numSamples ?? 1), numClasses) },
  } as const
}

function backwardOfSamples(batchSize: number, numClasses: number, options: Partial<Options> = {}) {
  const made = backward(batchSize, numClasses, options)
  return { ...made, samples: { data: simplexOf(batchSize * (made.options.numSamples ?? 1), numClasses) } }
}

function density(batchSize: number, numClasses: number, options: Partial<Options> = {}) {
  const { seed: _, ...asked } = sized(batchSize, numClasses, { tau: 0.7, ...options })
  const logits = { data: logitsOf('bell', batchSize, numClasses) }
  const samples = { data: simplexOf(batchSize * (asked.numSamples ?? 1), numClasses) }
  return { operation: 'concreteLogProb', logits, options: asked as Options, samples } as const
}

function given(batchSize: number, numClasses: number, options: Partial<Options> = {}, kind = KINDS_OF_LOGITS[0]) {
  const asked = sized(batchSize, numClasses, options)
  const indices = indicesOf(batchSize * (asked.numSamples ?? 1), numClasses, asked.classOffset)
  return {
    operation: 'gumbelGivenIndex',
    logits: { data: logitsOf(kind, batchSize, numClasses) },
    options: asked,
    indices,
  } as const
}

function noise(kind: NoiseKind, options: Options) {
  return { operation: 'noise', kind, options } as const
}

/** Words that are numbers from -4 to 4 in either type. */
function halvesOf(type: HostHalves['type'], batchSize: number, numClasses: number): HostHalves {
  const high = type === 'float16' ? 0x4400 : 0x4080
  const word = () => (words.below(2) << 15) | words.below(high)
  return { data: Uint16Array.from({ length: batchSize * numClasses }, word), type }
}

/** The same rows in a larger array, `offset` elements from its start and `gap` from each other. */
function apart(data: Float32Array, rows: number, offset = 5, gap = 3): HostValues {
  const numClasses = data.length / rows
  const rowStride = numClasses + gap
  const spread = new Float32Array(offset + rows * rowStride).fill(100)
  for (let row = 0; row < rows; row++)
    spread.set(data.subarray(row * numClasses, (row + 1) * numClasses), offset + row * rowStride)
  return { data: spread, offset, rowStride }
}

const OUTSIDE = density(6, 5, MARK)
// A zero, a sum of more than 1, NaN; a masked class with a value, one with 0; the last row is right.
OUTSIDE.samples.data.set([0, 0.25, 0.25, 0.25, 0.25, 0.3, 0.3, 0.3, 0.3, 0.3, NaN])
OUTSIDE.logits.data.fill(-Infinity, 16, 17)
OUTSIDE.logits.data.fill(-Infinity, 21, 22)
OUTSIDE.samples.data.set([0.25, 0, 0.25, 0.25, 0.25], 20)

/** A few cases of each operation: kernels of short, long and split rows, each option, each kind of row settings. */
export const DRAW_CASES: Record<string, DrawCase> = {
  'sample: many short rows': sample(300, 10, { temperature: 0.8, scores: false, logProbs: false }),
  'sample: many short rows, three draws, all results': sample(300, 10, { numSamples: 3, seed: 7 }),
  'sample: rows of 1,001 classes': sample(20, 1001, {}, 'peaked'),
  'sample: two rows that are split': sample(2, 40_000, { temperature: 1.5 }),
  'sample: one row of many draws': sample(1, 50, { numSamples: 1000 }),
  'sample: one class': sample(3, 1),
  'sample: a part of a batch and of a vocabulary': sample(5, 203, PART),
  'sample: temperatures a row': sample(7, 203, { temperature: TEMPERATURES }),
  'sample: temperatures, seeds and streams a row': sample(7, 203, {
    ...OF_ROWS,
    temperature: Float32Array.from(TEMPERATURES),
    numSamples: 2,
    step: 5,
  }),
  'sample: seeds a row': sample(7, 203, { seed: OF_ROWS.seed, step: 1 }),
  'sample: one stream for all rows': sample(7, 203, { streams: 9, seed: 2 ** 53 - 1 }),
  'sample: a temperature of 0': sample(9, 300, { temperature: 0 }, 'ties'),
  'sample: rows apart': { ...sample(7, 203), logits: apart(logitsOf('bell', 7, 203), 7) },
  'sample: rows apart by a multiple of four': { ...sample(7, 300), logits: apart(logitsOf('bell', 7, 300), 7, 8, 4) },
  // The largest noise that there is: word 190 at class 33465 (test/helpers/contract.ts).
  'sample: the standard tail': sample(1, 65_536, { seed: 1n, step: 10 }, 'flat'),
  'sample: the extended tail': sample(1, 65_536, { seed: 1n, step: 10, tail: 'extended' }, 'flat'),
  'sample: the extended tail, short rows': sample(200, 20, { tail: 'extended' }),
  ...Object.fromEntries(
    KINDS_OF_LOGITS.map((kind) => [`sample: ${kind} logits`, sample(4, 300, { logProbs: kind !== 'huge' }, kind)]),
  ),
  'sample: invalid rows that are marked': {
    ...sample(6, 7, { ...MARK, numSamples: 2 }),
    logits: { data: invalidLogits(7) },
  },
  'sample: long invalid rows that are marked': { ...sample(6, 5000, MARK), logits: { data: invalidLogits(5000) } },
  'sample: many draws of a row by inverse-cdf': sample(1, 100, { ...BY_SUMS, numSamples: 2001 }),
  'sample: rows of their own settings by inverse-cdf': sample(7, 5003, {
    ...BY_SUMS,
    ...OF_ROWS,
    temperature: TEMPERATURES,
    numSamples: 5,
    step: 5,
  }),
  'sample: the 50 largest': sample(7, 5003, { topK: 50, kept: true }),
  'sample: by top-p alone': sample(7, 5003, { topP: 0.9, logProbs: false, numSamples: 2 }),
  'sample: filters a row': sample(7, 5003, { ...OF_ROWS, ...FILTERS_OF_ROWS, kept: true, step: 5 }, 'peaked'),
  'sample: filters a row, ties': sample(7, 300, { ...FILTERS_OF_ROWS, kept: true }, 'ties'),
  'sample: of what filters keep by inverse-cdf': sample(7, 5003, { ...BY_SUMS, ...FILTERS_OF_ROWS, numSamples: 5 }),
  'sample: lists of the likeliest, by the logits as given': sample(7, 5003, { logProbs: 'raw', topLogProbs: 20 }),
  'sample: lists of what filters keep': sample(7, 300, { topK: 12, topP: 0.9, topLogProbs: 20 }),
  'sample: without replacement': sample(7, 300, { replacement: false, numSamples: 12 }),
  'sample: all that filters keep, without replacement': sample(3, 5003, {
    replacement: false,
    numSamples: 40,
    topK: 30,
    topP: 0.9,
  }),
  'sample: with bias, bitmask and penalties': sample(7, 300, { ...ADJUSTMENTS, logProbs: false }),
  'sample: float16 logits': { ...sample(7, 203), logits: halvesOf('float16', 7, 203) },
  'sample: bfloat16 logits': { ...sample(7, 300), logits: halvesOf('bfloat16', 7, 300) },
  'sample: invalid rows': { ...sample(6, 7), logits: { data: invalidLogits(7) } },

  'gumbelSoftmax: many short rows': softmax(50, 10),
  'gumbelSoftmax: rows of 300 classes, two draws': softmax(6, 300, { numSamples: 2, temperature: 0.8 }),
  'gumbelSoftmax: long rows': softmax(2, 3001, { tau: 2 }, 'peaked'),
  'gumbelSoftmax: one row that is split': softmax(1, 20_000, { tau: 3 }),
  'gumbelSoftmax: hard': softmax(6, 300, { hard: true }),
  'gumbelSoftmax: hard, one row that is split': softmax(1, 20_000, { hard: true }),
  'gumbelSoftmax: tau 0': softmax(6, 300, { tau: 0 }),
  'gumbelSoftmax: settings a row': softmax(7, 10, {
    ...OF_ROWS,
    temperature: TEMPERATURES,
    tau: [0.3, 1, 0, 0.5, 2, 1, 1],
    step: 3,
  }),
  'gumbelSoftmax: masked': softmax(6, 10, {}, 'masked'),
  'gumbelSoftmax: a part, the extended tail': softmax(5, 10, { ...PART, tail: 'extended' }),
  'gumbelSoftmax: rows apart': { ...softmax(7, 10), logits: apart(logitsOf('bell', 7, 10), 7) },
  'gumbelSoftmax: log-samples': softmax(6, 300, { logSamples: true, numSamples: 2 }),
  'gumbelSoftmax: log-samples, one row that is split': softmax(1, 20_000, { logSamples: true, tau: 0.1 }),
  'gumbelSoftmax: invalid rows that are marked': { ...softmax(6, 10, MARK), logits: { data: invalidLogits(10) } },
  'gumbelSoftmax: invalid rows': { ...softmax(6, 10), logits: { data: invalidLogits(10) } },

  'gumbelSoftmaxBackward: short rows, three draws': backward(50, 10, { numSamples: 3 }),
  'gumbelSoftmaxBackward: rows of 300 classes, hard': backward(6, 300, { hard: true }),
  'gumbelSoftmaxBackward: one row of many draws': backward(1, 10, { numSamples: 200 }),
  'gumbelSoftmaxBackward: one row that is split': backward(1, 20_000),
  'gumbelSoftmaxBackward: settings a row': backward(7, 10, {
    ...OF_ROWS,
    numSamples: 3,
    temperature: [0.5, 0.8, 1, 1.2, 2, 3, 1],
    tau: Float32Array.of(0.5, 0.6, 0.7, 1, 2, 3, 1),
  }),
  'gumbelSoftmaxBackward: gradients of the logits alone': backward(5, 10, {
    ...PART,
    numSamples: 3,
    gradTau: false,
    gradTemperature: false,
  }),
  'gumbelSoftmaxBackward: invalid rows that are marked': {
    ...backward(6, 10, { ...MARK, numSamples: 3 }),
    logits: { data: invalidLogits(10) },
  },
  'gumbelSoftmaxBackward: invalid rows': {
    ...backward(6, 10, { numSamples: 3 }),
    logits: { data: invalidLogits(10) },
  },
  'gumbelSoftmaxBackward of log-samples': backward(6, 300, { logSamples: true, numSamples: 2 }),
  'gumbelSoftmaxBackward of samples: short rows, three draws': backwardOfSamples(50, 10, { numSamples: 3 }),
  'gumbelSoftmaxBackward of samples: rows apart': {
    ...backwardOfSamples(6, 301),
    logits: apart(logitsOf('bell', 6, 301), 6),
    gradSamples: apart(gradientsOf(6, 301), 6),
    samples: apart(simplexOf(6, 301), 6),
  },
  'gumbelSoftmaxBackward of samples: one long row': backwardOfSamples(1, 20_000),

  'concreteLogProb: short rows, three draws': density(50, 10, { numSamples: 3 }),
  'concreteLogProb: rows of 1,001 classes': density(6, 1001, { temperature: 0.8 }),
  'concreteLogProb: settings a row': density(7, 10, {
    temperature: [0.5, 0.8, 1, 1.2, 2, 3, 1],
    tau: [0.5, 0.6, 0.7, 1, 2, 3, 1],
  }),
  'concreteLogProb: samples outside the simplex': OUTSIDE,
  'concreteLogProb: invalid rows that are marked': { ...density(6, 10, MARK), logits: { data: invalidLogits(10) } },
  'concreteLogProb: invalid rows': { ...density(6, 10), logits: { data: invalidLogits(10) } },

  'gumbelGivenIndex: short rows, three draws': given(50, 10, { numSamples: 3 }),
  'gumbelGivenIndex: rows of 1,001 classes': given(6, 1001, { temperature: 0.8, step: 4 }),
  'gumbelGivenIndex: one row that is split': given(1, 20_000, { tail: 'extended' }),
  'gumbelGivenIndex: settings a row': given(7, 10, { ...OF_ROWS, temperature: [0.5, 0.8, 1, 1.2, 2, 3, 1] }),
  'gumbelGivenIndex: a part of a batch and of a vocabulary': given(5, 10, PART),
  'gumbelGivenIndex: classes that are masked': given(6, 10, MARK, 'masked'),
  'gumbelGivenIndex: invalid rows that are marked': { ...given(6, 10, MARK), logits: { data: invalidLogits(10) } },
  'gumbelGivenIndex: invalid rows': { ...given(6, 10), logits: { data: invalidLogits(10) } },

  'noise: bits': noise('bits', sized(3, 1001)),
  'noise: bits of a part': noise('bits', sized(5, 203, PART)),
  'noise: bits, seeds and streams a row': noise('bits', sized(7, 60, OF_ROWS)),
  'noise: uniform': noise('uniform', sized(3, 1001)),
  'noise: exponential': noise('exponential', sized(3, 1001, { step: 2 })),
  'noise: gumbel': noise('gumbel', sized(1, 65_536, { seed: 1n, step: 10 })),
  'noise: gumbel, the extended tail': noise('gumbel', sized(1, 65_536, { seed: 1n, step: 10, tail: 'extended' })),
}
