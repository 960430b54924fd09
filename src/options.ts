/** Options and views that calls share. */

/** Logits in host memory: `[batchSize, numClasses]`, row-major. */
export interface HostLogits {
  data: Float32Array
  /** Element at which the first row begins. Default 0. */
  offset?: number | undefined
  /** Elements from the start of one row to the start of the next. Default `numClasses`. */
  rowStride?: number | undefined
}

/** Logits in a GPU buffer of anybody's, usage STORAGE, on the sampler's device; float32. */
export interface BufferLogits {
  buffer: GPUBuffer
  /** Element (not byte) at which the first row begins. Default 0. */
  offset?: number | undefined
  /** Elements from the start of one row to the start of the next. Default `numClasses`. */
  rowStride?: number | undefined
}

export type Logits = Float32Array | HostLogits | BufferLogits

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

/** A 64-bit seed: a bigint from 0 to 2^64 - 1, or a whole number from 0 to 2^53 - 1. */
export type Seed = bigint | number

/** What names the noise: equal values draw equal noise, on every device, for every batch size and slot. */
export interface NoiseOptions {
  /** Rows. */
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
  /** Counts calls, such as tokens of a text: a 32-bit word. Default 0. */
  step?: number | undefined
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

export interface SampleOptions extends NoiseOptions {
  /** One value, or one a row: 0 (the first maximum), or from 1e-18 to 1e18. Default 1. */
  temperature?: number | ArrayLike<number> | undefined
  /** Independent draws of each row, 1 to 2^24. Default 1. */
  numSamples?: number | undefined
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
