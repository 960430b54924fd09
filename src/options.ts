/** Options and views that calls share. */

/** A `Float16Array`, of which not every library of types knows. */
export interface Float16ArrayLike {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly length: number
  readonly [Symbol.toStringTag]: 'Float16Array'
}

/** Logits in host memory: `[batchSize, numClasses]`, row-major. */
export interface HostLogits {
  data: Float32Array | Float16ArrayLike | Uint16Array
  /** What the elements are; a Uint16Array, which holds bits, needs it. */
  type?: 'float32' | 'float16' | 'bfloat16' | undefined
  /** Element at which the first row begins. Default 0. */
  offset?: number | undefined
  /** Elements from the start of one row to the start of the next. Default `numClasses`. */
  rowStride?: number | undefined
}

/** Logits in a GPU buffer of anybody's, usage STORAGE, on the sampler's device. */
export interface BufferLogits {
  buffer: GPUBuffer
  /** Halves lie two a word. Default 'float32'. */
  type?: 'float32' | 'float16' | 'bfloat16' | undefined
  /** Element (not byte) at which the first row begins. Default 0. */
  offset?: number | undefined
  /** Elements from the start of one row to the start of the next. Default `numClasses`. */
  rowStride?: number | undefined
}

/** Numbers of a plain array are rounded to float32; each half counts as the float32 that it is. */
export type Logits = Float32Array | Float16ArrayLike | readonly number[] | HostLogits | BufferLogits

/** A row of values for each draw, in host memory: `[batchSize * numSamples, numClasses]`, row-major. */
export interface HostValues {
  data: Float32Array
  /** Element at which the first row begins. Default 0. */
  offset?: number | undefined
  /** Elements from the start of one row to the start of the next. Default `numClasses`. */
  rowStride?: number | undefined
}

/** The same in a GPU buffer of anybody's, usage STORAGE, on the sampler's device; float32. */
export interface BufferValues {
  buffer: GPUBuffer
  /** Element (not byte) at which the first row begins. Default 0. */
  offset?: number | undefined
  /** Elements from the start of one row to the start of the next. Default `numClasses`. */
  rowStride?: number | undefined
}

export type Values = Float32Array | HostValues | BufferValues

/** Where a kernel writes rows of 32-bit values: a buffer with usage STORAGE. */
export interface RowsView {
  buffer: GPUBuffer
  /** Element at which the first row begins. Default 0. */
  offset?: number | undefined
  /** Elements from the start of one row to the start of the next. Default `numClasses`. */
  rowStride?: number | undefined
}

/** A 64-bit seed: a bigint from 0 to 2^64 - 1, or a whole number from 0 to 2^53 - 1. */
export type Seed = bigint | number

/** What names the noise: equal values draw equal noise, on every device, for every batch size and slot. */
export interface NoiseOptions {
  /** Rows; 0 gives empty results. */
  batchSize: number
  /** Classes of a row. */
  numClasses: number
  /** One seed, or one a row. */
  seed: Seed | BigUint64Array | readonly Seed[]
  /**
   * Tells rows apart, a 32-bit word: one for all rows, or one a row. By default row r has stream `streamOffset + r`, or 0 where
   * `seed` is one a row.
   */
  streams?: number | ArrayLike<number> | undefined
  /** Stream of the first row where `streams` and seeds a row are not given: its index in a larger batch. Default 0. */
  streamOffset?: number | undefined
  /** Counts calls, such as tokens of a text: a 32-bit word, one for all rows, or one a row. Default 0. */
  step?: number | ArrayLike<number> | undefined
  /** Number of the first class where the logits are a shard of a larger vocabulary: a multiple of 8. Default 0. */
  classOffset?: number | undefined
  /**
   * 'extended' refines the 2^-24 smallest uniforms with 32 more bits, so that Gumbel noise reaches 45 rather than 22.9 and
   * classes up to 44 nats down are drawn as often as they should be. Other noise is the same. Default 'standard'.
   */
  tail?: 'standard' | 'extended' | undefined
  /** Independent draws of each row, 1 to 2^24. Default 1. */
  numSamples?: number | undefined
  /** All calls take this, so that one object serves all; those without logits do not use it. */
  temperature?: number | ArrayLike<number> | undefined
  /** All calls take this; those without relaxed samples do not use it. */
  tau?: number | ArrayLike<number> | undefined
  /** All calls take this; those without relaxed samples do not use it. */
  hard?: boolean | undefined
  /** All calls take this: what a row without a distribution does. Default 'reject'. */
  invalidRows?: 'reject' | 'mark' | undefined
}

/** Settings in a GPU buffer, usage STORAGE, a value a row: float32 temperatures and taus, 32-bit steps, seeds of two words, low first. */
export interface SettingView {
  buffer: GPUBuffer
  /** 32-bit word at which the first row's begins. Default 0. */
  offset?: number | undefined
}

/**
 * Options of calls that record, which may read settings from buffers when they run. A row whose temperature or tau is then out of range
 * has no index, and status 9.
 */
export type FromBuffers<T> = {
  [K in keyof T]: K extends 'seed' | 'step' | 'temperature' | 'tau' | 'topK' | 'topP' | 'minP'
    ? T[K] | SettingView
    : T[K]
}

/** Options of calls whose logits may be a bare array. */
export type OfLogits<T extends { batchSize: number }> = Omit<T, 'batchSize'> & {
  /** Rows; 0 gives empty results. By default as many as logits in a bare array hold. */
  batchSize?: number | undefined
}

export interface SampleOptions extends NoiseOptions {
  /** One value, or one a row: 0 (the first maximum), or from 1e-18 to 1e18. Default 1. */
  temperature?: number | ArrayLike<number> | undefined
  /** Independent draws of each row, 1 to 2^24. Default 1. */
  numSamples?: number | undefined
}

/**
 * Which classes a draw may take, of the distribution `softmax(logits / temperature)`: one value, or one a row. All three hold at once. Classes
 * are in descending order of logits, of equal ones the lower first, and the first is always kept. The same classes are kept on every device.
 */
export interface FilterOptions {
  /** Keeps the first so many classes: 0, which keeps all, to 2^31 - 1. Default 0. */
  topK?: number | ArrayLike<number> | undefined
  /**
   * Keeps each class before which there is less than this part of the mass that top-k leaves: 0, which keeps the first, to 1, which keeps
   * all. Masses are whole numbers, `2^40 exp((logit - largest) / temperature)` rounded down. Default 1.
   */
  topP?: number | ArrayLike<number> | undefined
  /** Keeps classes of at least this part of the largest probability: 0, which keeps all, to 1. Default 0. */
  minP?: number | ArrayLike<number> | undefined
}

/** Where a kernel writes 32-bit results, one a draw: a buffer with usage STORAGE. */
export interface OutputView {
  buffer: GPUBuffer
  /** Element at which the results begin, in 32-bit words. Default 0. */
  offset?: number | undefined
}

export interface IndexView extends OutputView {
  /** int64 writes each index as a pair of words. Default 'int32'. */
  type?: 'int32' | 'int64' | undefined
}

/**
 * The class of each draw, `[batchSize * numSamples]`: in host memory, or int32 in a GPU buffer, usage STORAGE. -1, which `sample` marks a
 * row without a distribution with, is none.
 */
export type Indices = Int32Array | { buffer: GPUBuffer; offset?: number | undefined }
