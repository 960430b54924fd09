import type { BufferAdjustments, Adjustments } from '../adjust/options'
import type { InvalidRow } from '../errors'
import type { BufferLogits, FilterOptions, FromBuffers, IndexView, OutputView, SampleOptions } from '../options'

/** What the tokens of a draft are drawn with: what `sample` takes, of each sequence. */
export type DraftDraws = Omit<SampleOptions, 'batchSize' | 'numSamples' | 'classOffset'> & FilterOptions

export interface VerifyDraftOptions extends DraftDraws, Omit<Adjustments, 'penalties'> {
  /** Sequences. By default as many as logits in a bare array, and the draft, hold. */
  batchSize?: number | undefined
  /** Also give the log-probability of each drawn token, as in `sample`. */
  logProbs?: boolean | 'raw' | undefined
}

export interface VerifyDraftResult {
  /** What is drawn at each position, `[batchSize, K + 1]`: up to and including the first that differs from the draft; then -1. */
  indices: Int32Array<ArrayBuffer>
  /** How many tokens of each draft are those that are drawn, `[batchSize]`: from 0 to K. */
  accepted: Int32Array<ArrayBuffer>
  /** Where asked, `[batchSize, K + 1]`; NaN where there is no index. */
  logProbs?: Float32Array<ArrayBuffer>
  /** Sequences that met a row without a distribution before their draft differed; empty unless `invalidRows` is `'mark'`. */
  invalidRows: InvalidRow[]
}

export interface EncodeVerifyDraftOptions extends FromBuffers<DraftDraws>, Omit<BufferAdjustments, 'penalties'> {
  batchSize: number
  /** Tokens of a draft, K: from 1. */
  draftLength: number
  /** `[batchSize, K + 1, numClasses]`: a row a position. */
  logits: BufferLogits
  /** Tokens of the drafts, int32 `[batchSize, K]`. */
  draft: OutputView
  /** `[batchSize, K + 1]`: what is drawn, up to and including the first that differs from the draft; then `invalidIndex`. */
  indices: IndexView
  /** int32 `[batchSize]`: how many tokens of each draft are those that are drawn. */
  accepted: OutputView
  /** What stands where a position has no index. Default -1. */
  invalidIndex?: number | undefined
}
