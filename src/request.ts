import type {
  BufferLogits,
  ConcreteLogProbOptions,
  GumbelSoftmaxBackwardCallOptions,
  GumbelSoftmaxCallOptions,
  GumbelSoftmaxOptions,
  HostLogits,
  Indices,
  Logits,
  NoiseKind,
  SampleCallOptions,
  SamplesView,
  Seed,
  Values,
} from './options'

/**
 * Options checked and brought to one form, which both backends draw from.
 * A row r has stream `stream + r * streamStride`, unless `rowParams` says otherwise.
 */
export interface Request {
  batchSize: number
  numClasses: number
  classOffset: number
  step: number
  numSamples: number
  /** Words below 2^8 are refined by 32 more bits. */
  extended: boolean
  seedLow: number
  seedHigh: number
  stream: number
  streamStride: 0 | 1
  temperature: number
  tau: number
  /** What each row draws with, where any of it is one a row. */
  rowParams?: RowParams
}

/** `ROW_PARAMS_WORDS` words a row, as floats and as words: temperature, tau, seed low and high, stream, step. In step with row_settings.wgsl. */
export interface RowParams {
  floats: Float32Array<ArrayBuffer>
  words: Uint32Array<ArrayBuffer>
}

export const ROW_PARAMS_WORDS = 6

/** Sizes of a call: rows, classes of a row, draws of a row. */
export type Shape = Pick<Request, 'batchSize' | 'numClasses' | 'numSamples'>

/** Where the rows of logits lie in their array or buffer, in elements. */
export interface Rows {
  offset: number
  rowStride: number
}

const MAX_WORD = 0xffffffff
const MAX_CLASSES = 2 ** 31
const MAX_SAMPLES = 2 ** 24
const MAX_SEED = 2n ** 64n - 1n
/** Products of a temperature, a tau and noise, and their inverses, are normal float32 numbers. */
const MIN_SCALE = 1e-18
const MAX_SCALE = 1e18

/** Any value in a message: objects by their kind, since what they say of themselves may throw. */
export function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value)
}

function whole(name: string, value: number, min: number, max: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name} is ${typeof value}; it must be a number`)
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${name} is ${value}; it must be a whole number from ${min} to ${max}`)
  return value
}

/** A temperature or tau. Turns -0 into 0, so that the bits say whether it is 0. */
function scaleOf(name: string, value: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name} is ${typeof value}; it must be a number`)
  if (value === 0) return 0
  if (!(value >= MIN_SCALE && value <= MAX_SCALE))
    throw new RangeError(`${name} is ${value}; it must be 0 or from 1e-18 to 1e18`)
  return Math.fround(value)
}

function seedOf(name: string, seed: Seed): bigint {
  if (typeof seed === 'number') {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new RangeError(
        `${name} is ${seed}; a number must be whole and from 0 to 2^53 - 1, a bigint from 0 to 2^64 - 1`,
      )
    return BigInt(seed)
  }
  if (typeof seed !== 'bigint') throw new TypeError(`${name} is ${typeof seed}; it must be a bigint or a number`)
  if (seed < 0n || seed > MAX_SEED) throw new RangeError(`${name} is ${seed}n; it must be from 0n to 2^64 - 1`)
  return seed
}

function isOne<T extends number | bigint>(value: T | ArrayLike<T>): value is T {
  return typeof value !== 'object' || value === null
}

function perRow(name: string, values: ArrayLike<unknown>, batchSize: number): void {
  if (values.length !== batchSize)
    throw new RangeError(
      `${name} has ${shown(values.length)} values; it must be one value, or batchSize (${batchSize}) values`,
    )
}

/** Checks the sizes of a call. */
export function shapeOf(options: Pick<GumbelSoftmaxOptions, 'batchSize' | 'numClasses' | 'numSamples'>): Shape {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`options is ${shown(options)}; it must be an object`)
  return {
    batchSize: whole('batchSize', options.batchSize, 1, MAX_WORD),
    numClasses: whole('numClasses', options.numClasses, 1, MAX_CLASSES),
    numSamples: whole('numSamples', options.numSamples ?? 1, 1, MAX_SAMPLES),
  }
}

/**
 * Checks the options of a draw.
 * @throws RangeError, TypeError naming the parameter, its value and what it may be
 */
export function requestOf(options: GumbelSoftmaxOptions): Request {
  const { batchSize, numClasses, numSamples } = shapeOf(options)
  const { seed, streams, temperature = 1, tau = 1 } = options
  const classOffset = whole('classOffset', options.classOffset ?? 0, 0, MAX_CLASSES - 8)
  if (classOffset % 8 !== 0) throw new RangeError(`classOffset is ${classOffset}; it must be a multiple of 8`)
  whole('numClasses', numClasses, 1, MAX_CLASSES - classOffset)
  const step = whole('step', options.step ?? 0, 0, MAX_WORD)
  const seedIsOne = isOne<Seed>(seed as Seed)

  if (options.streamOffset !== undefined && (streams !== undefined || !seedIsOne))
    throw new TypeError('streamOffset counts default streams; it must be left out beside streams or seeds a row')
  const streamOffset = whole('streamOffset', options.streamOffset ?? 0, 0, MAX_WORD)
  if (streamOffset + batchSize - 1 > MAX_WORD)
    throw new RangeError(`streamOffset is ${streamOffset}; with batchSize ${batchSize} streams pass 4294967295`)

  const request: Request = {
    batchSize,
    numClasses,
    classOffset,
    step,
    numSamples,
    extended: oneOf('tail', options.tail ?? 'standard', ['standard', 'extended']) === 'extended',
    seedLow: 0,
    seedHigh: 0,
    stream: streamOffset,
    streamStride: seedIsOne ? 1 : 0,
    temperature: 0,
    tau: 0,
  }
  if (streams !== undefined && isOne(streams)) {
    request.stream = whole('streams', streams, 0, MAX_WORD)
    request.streamStride = 0
  }
  if (seedIsOne) {
    const value = seedOf('seed', seed as Seed)
    request.seedLow = Number(value & 0xffffffffn)
    request.seedHigh = Number(value >> 32n)
  }
  if (isOne(temperature)) request.temperature = scaleOf('temperature', temperature)
  if (isOne(tau)) request.tau = scaleOf('tau', tau)
  const lists = {
    seed: seedIsOne ? undefined : (seed as ArrayLike<Seed>),
    streams: streams === undefined || isOne(streams) ? undefined : streams,
    temperature: isOne(temperature) ? undefined : temperature,
    tau: isOne(tau) ? undefined : tau,
  }
  if (Object.values(lists).some((list) => list)) request.rowParams = rowParamsOf(request, lists)
  return request
}

interface RowLists {
  seed?: ArrayLike<Seed>
  streams?: ArrayLike<number>
  temperature?: ArrayLike<number>
  tau?: ArrayLike<number>
}

function rowParamsOf(request: Request, lists: RowLists): RowParams {
  const { batchSize } = request
  for (const [name, list] of Object.entries(lists)) if (list) perRow(name, list, batchSize)
  const { seed, streams, temperature, tau } = lists
  const words = new Uint32Array(ROW_PARAMS_WORDS * batchSize)
  const floats = new Float32Array(words.buffer)
  for (let row = 0; row < batchSize; row++) {
    const at = row * ROW_PARAMS_WORDS
    floats[at] = temperature ? scaleOf(`temperature[${row}]`, temperature[row]) : request.temperature
    floats[at + 1] = tau ? scaleOf(`tau[${row}]`, tau[row]) : request.tau
    const value = seed ? seedOf(`seed[${row}]`, seed[row]) : undefined
    words[at + 2] = value === undefined ? request.seedLow : Number(value & 0xffffffffn)
    words[at + 3] = value === undefined ? request.seedHigh : Number(value >> 32n)
    words[at + 4] = streams
      ? whole(`streams[${row}]`, streams[row], 0, MAX_WORD)
      : request.stream + row * request.streamStride
    words[at + 5] = request.step
  }
  return { floats, words }
}

/** Checks that `count` rows of `numClasses` elements at these places lie within `length` elements. */
export function rowsOf(
  view: { offset?: number; rowStride?: number },
  length: number,
  { batchSize, numClasses }: Pick<Shape, 'batchSize' | 'numClasses'>,
  name = 'logits',
  count = batchSize,
): Rows {
  const offset = whole(`${name}.offset`, view.offset ?? 0, 0, Number.MAX_SAFE_INTEGER)
  const rowStride = whole(`${name}.rowStride`, view.rowStride ?? numClasses, 0, Number.MAX_SAFE_INTEGER)
  if (count > 1 && rowStride < numClasses)
    throw new RangeError(`${name}.rowStride is ${rowStride}; it must be at least numClasses (${numClasses})`)
  const needed = offset + (count - 1) * rowStride + numClasses
  if (needed > length)
    throw new RangeError(
      `${name} hold ${length} elements; offset ${offset} and ${count} rows of ${numClasses} at a stride of ${rowStride} need ${needed}`,
    )
  return { offset, rowStride }
}

export function isBufferLogits(logits: Logits | Values): logits is BufferLogits {
  return typeof logits === 'object' && logits !== null && 'buffer' in logits && !ArrayBuffer.isView(logits)
}

/** Logits, or values of another name, in host memory as a view, or a TypeError that says what they may be. */
export function hostLogits(logits: Float32Array | HostLogits, name = 'logits'): HostLogits {
  const view = logits instanceof Float32Array ? { data: logits } : logits
  if (typeof view !== 'object' || view === null || !(view.data instanceof Float32Array))
    throw new TypeError(`${name} must be a Float32Array, { data: Float32Array } or { buffer: GPUBuffer }`)
  return view
}

export function isBufferIndices(indices: Indices): indices is { buffer: GPUBuffer; offset?: number } {
  return typeof indices === 'object' && indices !== null && 'buffer' in indices && !ArrayBuffer.isView(indices)
}

/** Checks given classes in host memory. */
export function hostIndices(indices: Indices, request: Request): Int32Array {
  if (!(indices instanceof Int32Array)) throw new TypeError('indices must be an Int32Array or { buffer: GPUBuffer }')
  const { batchSize, numSamples, numClasses, classOffset } = request
  if (indices.length !== batchSize * numSamples)
    throw new RangeError(
      `indices has ${indices.length} values; it must have batchSize * numSamples (${batchSize * numSamples})`,
    )
  const last = classOffset + numClasses - 1
  indices.forEach((index, i) => whole(`indices[${i}]`, index, classOffset, last))
  return indices
}

/** Refuses a temperature or a tau of 0, where samples have neither a gradient nor a density, in options that are checked. */
export function requireRelaxed(options: Pick<GumbelSoftmaxOptions, 'temperature' | 'tau'>): void {
  for (const name of ['temperature', 'tau'] as const) {
    const values = options[name] ?? 1
    const row = Array.prototype.indexOf.call(isOne(values) ? [values] : values, 0)
    if (row >= 0)
      throw new RangeError(
        `${name}${isOne(values) ? '' : `[${row}]`} is 0; it must be from 1e-18 to 1e18, as relaxed samples at 0 have neither a gradient nor a density`,
      )
  }
}

/** Refuses given samples that are not the soft ones, in float32; none are fine. */
export function requireSoftSamples({
  samples,
  hard,
}: Pick<GumbelSoftmaxBackwardCallOptions, 'samples' | 'hard'>): void {
  if (samples === undefined) return
  if (typeof samples !== 'object' || samples === null)
    throw new TypeError(
      `samples is ${shown(samples)}; it must be a Float32Array, { data: Float32Array } or { buffer: GPUBuffer }`,
    )
  if (hard)
    throw new TypeError(
      'samples is given with hard: true; one-hot samples have no gradient: leave them out, and the noise is made again',
    )
  const { type = 'float32' } = samples as Partial<SamplesView>
  oneOf('samples.type', type, ['float32'])
}

/** Checks the options of a density, which needs no noise. */
export function densityRequestOf(options: ConcreteLogProbOptions): Request {
  // Before the spread, which makes an object of anything.
  shapeOf(options)
  const request = requestOf({ ...options, seed: 0 })
  requireRelaxed(options)
  return request
}

/** Checks an option that is one of a few words. */
export function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (!allowed.includes(value))
    throw new RangeError(`${name} is ${shown(value)}; it must be ${allowed.map((word) => `'${word}'`).join(' or ')}`)
  return value
}

export function noiseKindOf(kind: NoiseKind): NoiseKind {
  return oneOf('kind', kind, ['bits', 'uniform', 'exponential', 'gumbel'])
}

/** What a call of `sample` gives beside the indices. */
export function sampleOutputsOf(options: SampleCallOptions | GumbelSoftmaxCallOptions): {
  logProbs: boolean
  scores: boolean
  markInvalid: boolean
} {
  return {
    logProbs: options.logProbs ?? false,
    scores: ('scores' in options && options.scores) || false,
    markInvalid: marksInvalid(options),
  }
}

/** Whether rows without a distribution are marked rather than rejected. */
export function marksInvalid(options: Pick<SampleCallOptions, 'invalidRows'>): boolean {
  return oneOf('invalidRows', options.invalidRows ?? 'reject', ['reject', 'mark']) === 'mark'
}
