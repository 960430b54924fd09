import type {
  BufferLogits,
  HostLogits,
  Logits,
  NoiseKind,
  NoiseOptions,
  SampleCallOptions,
  SampleOptions,
  Seed,
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
  seedLow: number
  seedHigh: number
  stream: number
  streamStride: 0 | 1
  temperature: number
  /** (temperature bits, seed low, seed high, stream) for each row, where any of them is one a row. */
  rowParams?: Uint32Array
}

/** Where the rows of logits lie in their array or buffer, in elements. */
export interface Rows {
  offset: number
  rowStride: number
}

const MAX_WORD = 0xffffffff
const MAX_CLASSES = 2 ** 31
const MAX_SAMPLES = 2 ** 24
const MAX_SEED = 2n ** 64n - 1n
const MIN_TEMPERATURE = 2 ** -64
const MAX_TEMPERATURE = 2 ** 64

function whole(name: string, value: number, min: number, max: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name} is ${typeof value}; it must be a number`)
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${name} is ${value}; it must be a whole number from ${min} to ${max}`)
  return value
}

/** Turns -0 into 0, so that the bits of a temperature say whether it is 0. */
function temperatureOf(name: string, value: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name} is ${typeof value}; it must be a number`)
  if (value === 0) return 0
  if (!(value >= MIN_TEMPERATURE && value <= MAX_TEMPERATURE))
    throw new RangeError(`${name} is ${value}; it must be 0 (argmax) or from 2^-64 to 2^64`)
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
      `${name} has ${values.length} values; it must be one value, or batchSize (${batchSize}) values`,
    )
}

/**
 * Checks the options of a draw.
 * @throws RangeError, TypeError naming the parameter, its value and what it may be
 */
export function requestOf(options: NoiseOptions & SampleOptions): Request {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`options is ${options}; it must be an object`)
  const { seed, streams, temperature = 1 } = options
  const batchSize = whole('batchSize', options.batchSize, 1, MAX_WORD)
  const classOffset = whole('classOffset', options.classOffset ?? 0, 0, MAX_CLASSES - 8)
  if (classOffset % 8 !== 0) throw new RangeError(`classOffset is ${classOffset}; it must be a multiple of 8`)
  const numClasses = whole('numClasses', options.numClasses, 1, MAX_CLASSES - classOffset)
  const step = whole('step', options.step ?? 0, 0, MAX_WORD)
  const numSamples = whole('numSamples', options.numSamples ?? 1, 1, MAX_SAMPLES)
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
    seedLow: 0,
    seedHigh: 0,
    stream: streamOffset,
    streamStride: seedIsOne ? 1 : 0,
    temperature: 0,
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
  if (isOne(temperature)) request.temperature = temperatureOf('temperature', temperature)

  const streamList = streams !== undefined && !isOne(streams) ? streams : undefined
  const temperatureList = isOne(temperature) ? undefined : temperature
  if (!seedIsOne || streamList || temperatureList) {
    const seedList = seedIsOne ? undefined : (seed as ArrayLike<Seed>)
    if (seedList) perRow('seed', seedList, batchSize)
    if (streamList) perRow('streams', streamList, batchSize)
    if (temperatureList) perRow('temperature', temperatureList, batchSize)
    const words = new Uint32Array(4 * batchSize)
    const floats = new Float32Array(words.buffer)
    for (let row = 0; row < batchSize; row++) {
      const at = 4 * row
      floats[at] = temperatureList ? temperatureOf(`temperature[${row}]`, temperatureList[row]) : request.temperature
      if (seedList) {
        const value = seedOf(`seed[${row}]`, seedList[row])
        words[at + 1] = Number(value & 0xffffffffn)
        words[at + 2] = Number(value >> 32n)
      } else {
        words[at + 1] = request.seedLow
        words[at + 2] = request.seedHigh
      }
      words[at + 3] = streamList
        ? whole(`streams[${row}]`, streamList[row], 0, MAX_WORD)
        : request.stream + row * request.streamStride
    }
    request.rowParams = words
  }
  return request
}

/** Checks that rows of `numClasses` elements at these places lie within `length` elements. */
export function rowsOf(view: { offset?: number; rowStride?: number }, length: number, request: Request): Rows {
  const { batchSize, numClasses } = request
  const offset = whole('logits.offset', view.offset ?? 0, 0, Number.MAX_SAFE_INTEGER)
  const rowStride = whole('logits.rowStride', view.rowStride ?? numClasses, 0, Number.MAX_SAFE_INTEGER)
  if (batchSize > 1 && rowStride < numClasses)
    throw new RangeError(`logits.rowStride is ${rowStride}; it must be at least numClasses (${numClasses})`)
  const needed = offset + (batchSize - 1) * rowStride + numClasses
  if (needed > length)
    throw new RangeError(
      `logits hold ${length} elements; offset ${offset} and ${batchSize} rows of ${numClasses} at a stride of ${rowStride} need ${needed}`,
    )
  return { offset, rowStride }
}

export function isBufferLogits(logits: Logits): logits is BufferLogits {
  return typeof logits === 'object' && logits !== null && 'buffer' in logits && !ArrayBuffer.isView(logits)
}

/** Logits in host memory as a view, or a TypeError that says what they may be. */
export function hostLogits(logits: Float32Array | HostLogits): HostLogits {
  const view = logits instanceof Float32Array ? { data: logits } : logits
  if (typeof view !== 'object' || view === null || !(view.data instanceof Float32Array))
    throw new TypeError('logits must be a Float32Array, { data: Float32Array } or { buffer: GPUBuffer }')
  return view
}

/** Checks an option that is one of a few words. */
export function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (!allowed.includes(value))
    throw new RangeError(`${name} is ${String(value)}; it must be ${allowed.map((word) => `'${word}'`).join(' or ')}`)
  return value
}

export function noiseKindOf(kind: NoiseKind): NoiseKind {
  return oneOf('kind', kind, ['bits', 'uniform', 'exponential', 'gumbel'])
}

/** What a call of `sample` gives beside the indices. */
export function sampleOutputsOf(options: SampleCallOptions): {
  logProbs: boolean
  scores: boolean
  markInvalid: boolean
} {
  return {
    logProbs: options.logProbs ?? false,
    scores: options.scores ?? false,
    markInvalid: oneOf('invalidRows', options.invalidRows ?? 'reject', ['reject', 'mark']) === 'mark',
  }
}
