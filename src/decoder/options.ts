import type { InvalidReason } from '../errors'
import type { FilterOptions, Logits, Seed } from '../options'
import type { Bias, Bitmask, BufferRows, Penalties } from '../adjust/options'

/** What a decoder draws with, for every token of every sequence. */
export interface DecoderOptions extends FilterOptions {
  /** Sequences that are written side by side. */
  batchSize: number
  /** Classes of the vocabulary. */
  numClasses: number
  /** New tokens of a sequence at most: from 1. It is finished then. */
  maxTokens: number
  /** One seed, or one a sequence. */
  seed: Seed | BigUint64Array | readonly Seed[]
  /** One value, or one a sequence. Default 1. */
  temperature?: number | ArrayLike<number> | undefined
  /** Step of the first new token; the n-th after it is drawn at `step + n`, whatever the prompt. Default 0. */
  step?: number | undefined
  /** Tells sequences apart, as in `sample`. */
  streams?: number | ArrayLike<number> | undefined
  tail?: 'standard' | 'extended' | undefined
  /** Penalties of prompt and output, whose history the decoder keeps. */
  penalties?: Pick<Penalties, 'repetition' | 'frequency' | 'presence'> | undefined
  /** Which classes every token may be of, in host memory, copied. Those that `next` is given stand in its place. */
  bitmask?: Exclude<Bitmask, BufferRows> | undefined
  /** What is added to the logits of every token, in host memory, copied. What `next` is given stands in its place. */
  bias?: Exclude<Bias, BufferRows> | undefined
  /** What sequences begin with, which penalties look at: one list of tokens a sequence. */
  prompts?: readonly ArrayLike<number>[] | undefined
  /** Tokens that a prompt may have, those of `restart` too. Default: as many as the longest of `prompts` has. */
  maxPromptTokens?: number | undefined
  /** Tokens that end their sequence; they are a part of it. */
  stopTokens?: ArrayLike<number> | undefined
  /** New tokens before which stop tokens are banned. Default 0. */
  minTokens?: number | undefined
  /** What a finished sequence gives from then on. Default 0. */
  padToken?: number | undefined
  /** Of `indices`. Default 'int32'. */
  indexType?: 'int32' | 'int64' | undefined
  /** Also keep the log-probability of each new token: under the distribution that it was drawn from, or 'raw', as in `sample`. */
  logProbs?: boolean | 'raw' | undefined
  /** Beside `logProbs`: also keep so many of the most likely classes at each new token, and their log-probabilities: 1 to 512. */
  topLogProbs?: number | undefined
}

/** What changes the logits of one token, beside penalties, in place of what the decoder was made with. */
export interface NextOptions {
  bitmask?: Bitmask | undefined
  bias?: Bias | undefined
}

/** Why a sequence is finished: a stop token, `maxTokens`, or a row of logits without a distribution, which `encodeNext` met. */
export type Finished = 'stop' | 'length' | InvalidReason

/** What sequences have become. */
export interface Decoded {
  /** New tokens of each sequence, the stop token among them; neither prompt nor padding. */
  tokens: Int32Array<ArrayBuffer>[]
  /** Where asked: of each new token; NaN of those that were appended. */
  logProbs?: Float32Array<ArrayBuffer>[]
  /** Where `topLogProbs`, as the next, so many a token: the most likely classes; -1 where there were no more, and of tokens that were appended. */
  topIndices?: Int32Array<ArrayBuffer>[]
  /** Their log-probabilities; -Infinity where there were no more, NaN of tokens that were appended. */
  topLogProbs?: Float32Array<ArrayBuffer>[]
  /** Why each is finished; undefined where it is not. */
  finished: (Finished | undefined)[]
}

/** New beginnings for sequences that are restarted, in the order of `rows`. */
export interface RestartOptions {
  prompts?: readonly ArrayLike<number>[] | undefined
  /** Default: those that the rows had. */
  seeds?: ArrayLike<Seed> | undefined
  /** Default: those that the rows had. */
  streams?: ArrayLike<number> | undefined
}

/** Writes sequences token by token: history, penalties, stop tokens, padding and steps are its own. */
export interface Decoder {
  /** Draws the next token of each sequence and gives it; `padToken` of those that are finished. `logits` are `[batchSize, numClasses]`. */
  next(logits: Logits, options?: NextOptions): Promise<Int32Array<ArrayBuffer>>
  /**
   * Records the same into `encoder` and submits nothing: what is drawn is in `indices`. Logits and what changes them lie in GPU buffers. A
   * sequence whose row has no distribution is finished.
   * @throws DeviceError on the CPU backend
   */
  encodeNext(encoder: GPUCommandEncoder, logits: Logits, options?: NextOptions): void
  /**
   * Appends tokens as if they had been drawn: forced ones, or drafts that were accepted. `[batchSize, length]`, of which each sequence takes the
   * first `lengths[row]`, by default all; of a sequence that is finished, none.
   */
  append(tokens: Int32Array, lengths?: ArrayLike<number>): void
  /** Begins new sequences in the places of others. */
  restart(rows: ArrayLike<number>, options?: RestartOptions): void
  /** Reads what sequences have become. */
  read(): Promise<Decoded>
  /** Tokens drawn last, `[batchSize]`, in a buffer to be fed back; undefined on the CPU backend, as the next three. */
  readonly indices: GPUBuffer | undefined
  /** Prompts and new tokens, int32, `tokenStride` a row. */
  readonly tokens: GPUBuffer | undefined
  /** How many of those there are in each row, int32. */
  readonly lengths: GPUBuffer | undefined
  /** 0 of sequences that go on; 1 stop token, 2 `maxTokens`, 16 and more: 16 and the status of `encodeSample`. */
  readonly finished: GPUBuffer | undefined
  /** Tokens from one row of `tokens` to the next. */
  readonly tokenStride: number
  /** Frees what the decoder made. */
  destroy(): void
}
