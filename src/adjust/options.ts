/** Options that change logits before a class is drawn of them: first the bias, then the penalties, then the mask. */

/** Rows of 32-bit values in a GPU buffer of anybody's, usage STORAGE, on the sampler's device. */
export interface BufferRows {
  buffer: GPUBuffer
  /** Element (not byte) at which the first row begins. Default 0. */
  offset?: number | undefined
  /** Elements from the start of one row to the start of the next; 0: one row for all. By default rows are packed. */
  rowStride?: number | undefined
}

/** The same in host memory. */
export interface HostRows<Data> {
  data: Data
  /** Element at which the first row begins. Default 0. */
  offset?: number | undefined
  /** Elements from the start of one row to the start of the next; 0: one row for all. By default rows are packed. */
  rowStride?: number | undefined
}

/**
 * Which classes may be drawn, a bit each: `[batchSize, ceil(numClasses / 32)]` or one row for all, bit `c & 31` of word `c >> 5` is 1 where
 * class `c`, counted from the first of the logits, is allowed, as XGrammar makes them. Words with more classes need a `rowStride`.
 */
export type Bitmask = Int32Array | Uint32Array | HostRows<Int32Array | Uint32Array> | BufferRows

/** Biases of a few classes, the same in every row; classes count from the first of the logits. */
export interface SparseBias {
  classes: ArrayLike<number>
  values: ArrayLike<number>
}

/** What is added to the logits, float32: `[batchSize, numClasses]` or one row for all. -Infinity bans a class. */
export type Bias = Float32Array | HostRows<Float32Array> | BufferRows | SparseBias

/** What views of tokens have beside their place. */
export interface TokenRoom {
  /** Tokens that there is room for in a row. */
  length: number
}

/** Tokens of each row, `[batchSize, length]`. */
export type Tokens = Int32Array | (HostRows<Int32Array> & TokenRoom) | (BufferRows & TokenRoom)

/**
 * Penalties of what a row has already, as vLLM has them. Tokens are numbers of classes in the whole vocabulary; what is none of them is not
 * counted.
 */
export interface Penalties {
  /** The prompt and then the output of each row. */
  tokens: Tokens
  /** How many tokens a row has: one value, one a row, or in a buffer, where they are clamped. Default: all that there is room for. */
  lengths?: number | ArrayLike<number> | { buffer: GPUBuffer; offset?: number | undefined } | undefined
  /** How many of them are the prompt's. Default 0. */
  promptLengths?: number | ArrayLike<number> | { buffer: GPUBuffer; offset?: number | undefined } | undefined
  /**
   * Of tokens of prompt and output, positive logits are multiplied by the inverse of this, others by this: one value or one a row, from
   * 1e-37 to 1e37. Default 1.
   */
  repetition?: number | ArrayLike<number> | undefined
  /** Of tokens of the output, how much the logit loses for each time: one value or one a row. Default 0. */
  frequency?: number | ArrayLike<number> | undefined
  /** Of tokens of the output, how much the logit loses once: one value or one a row. Default 0. */
  presence?: number | ArrayLike<number> | undefined
}

/** In this order: `logits + bias`, penalties, bitmask. NaN or +Infinity at a banned class too make a row invalid. */
export interface Adjustments {
  bitmask?: Bitmask | undefined
  bias?: Bias | undefined
  penalties?: Penalties | undefined
}

/** The same of calls that record, whose rows lie in GPU buffers. */
export interface BufferAdjustments {
  bitmask?: BufferRows | undefined
  bias?: BufferRows | undefined
  penalties?: (Omit<Penalties, 'tokens'> & { tokens: BufferRows & TokenRoom }) | undefined
}

/** Penalties of a call that is described before it is made: of its tokens only how many a row has room for, and where rows lie. */
export type DescribedPenalties = Omit<Penalties, 'tokens'> & {
  tokens?: (Omit<BufferRows, 'buffer'> & TokenRoom) | undefined
}
