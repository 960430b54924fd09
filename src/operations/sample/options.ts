import type { InvalidRow } from '../../errors'
import type { BufferLogits, IndexView, OutputView, SampleOptions } from '../../options'

export interface SampleCallOptions extends SampleOptions {
  /** Also give the log-probability of each drawn class under `softmax(logits / temperature)`. */
  logProbs?: boolean | undefined
  /** Also give each drawn class's perturbed logit, `logits + temperature * gumbel`, whose largest is drawn. */
  scores?: boolean | undefined
  /** What a row without a distribution (NaN, +Infinity, all -Infinity) does: reject the call, or get index -1. Default 'reject'. */
  invalidRows?: 'reject' | 'mark' | undefined
}

export interface SampleResult {
  /** Drawn classes, `[batchSize * numSamples]`; -1 in a row without a distribution. */
  indices: Int32Array<ArrayBuffer>
  /** Where asked: `[batchSize * numSamples]`; NaN in a row without a distribution. */
  logProbs?: Float32Array<ArrayBuffer>
  /** Where asked: `[batchSize * numSamples]`; NaN in a row without a distribution. */
  scores?: Float32Array<ArrayBuffer>
  /** Rows without a distribution; empty unless `invalidRows` is `'mark'`. */
  invalidRows: InvalidRow[]
}

export interface EncodeSampleOptions extends SampleOptions {
  logits: BufferLogits
  /** Drawn classes; -1 in a row without a distribution. */
  indices: IndexView
  logProbs?: OutputView | undefined
  scores?: OutputView | undefined
  /** 0, or why the index is -1: 1 NaN, 2 +Infinity, 3 every class -Infinity. */
  statuses?: OutputView | undefined
}
