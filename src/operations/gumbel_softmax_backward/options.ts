import type { InvalidRow } from '../../errors'
import type { BufferLogits, BufferValues, FromBuffers, OfLogits, OutputView, Values } from '../../options'
import type { GumbelSoftmaxOptions } from '../gumbel_softmax/options'

export interface GumbelSoftmaxBackwardCallOptions extends OfLogits<GumbelSoftmaxOptions> {
  /**
   * The soft samples `y` that `gumbelSoftmax` gave for the same logits and options, `[batchSize * numSamples, numClasses]`, where
   * they are still at hand. They save making the noise again:
   *
   *     gradLogits      = d / (temperature * tau)        d = y * (G - sum(y * G))
   *     gradTau         = -sum(d * log y) / tau
   *     gradTemperature = -sum(d * logits) / (temperature^2 * tau)
   *
   * to the digits that float32 samples keep, which are few in `log y` at a large tau. Not with `hard`: one-hot samples have no
   * gradient.
   */
  samples?: Values | undefined
  /**
   * `gradSamples` is the gradient of the log-samples that `gumbelSoftmax` gives with `logSamples: true`, and `samples`, if given, are those
   * log-samples: `d = G - y * sum(G)`, with `y = exp(logSamples)`. Not with `hard`. Default false.
   */
  logSamples?: boolean | undefined
  /** Also give the gradient of each row's tau. */
  gradTau?: boolean | undefined
  /** Also give the gradient of each row's temperature. */
  gradTemperature?: boolean | undefined
  /**
   * What a row without a distribution does: reject the call, or get gradients of 0. So does a row of which a draw's `gradSamples` are NaN
   * or not from -1e28 to 1e28 (in masked classes they may be anything), a draw's `samples` are NaN or outside the simplex (each from 0
   * to 1, some above 0, masked classes 0; log-samples finite and at most 0, some at least -87, masked classes -Infinity), or a gradient leaves float32's range. Default 'reject'.
   */
  invalidRows?: 'reject' | 'mark' | undefined
}

/** Gradients, added up over the draws of a row. */
export interface GumbelSoftmaxBackwardResult {
  /** `[batchSize, numClasses]`; 0 for masked classes and in the rows of `invalidRows`, as are the others. */
  gradLogits: Float32Array<ArrayBuffer>
  /** Where asked: `[batchSize]`. */
  gradTau?: Float32Array<ArrayBuffer>
  /** Where asked: `[batchSize]`. */
  gradTemperature?: Float32Array<ArrayBuffer>
  /** Rows without a distribution or a gradient; empty unless `invalidRows` is `'mark'`. */
  invalidRows: InvalidRow[]
}

export interface EncodeGumbelSoftmaxBackwardOptions extends FromBuffers<GumbelSoftmaxOptions> {
  logits: BufferLogits
  /**
   * The gradient of the samples, `[batchSize * numSamples, numClasses]`: from -1e28 to 1e28, anything in masked classes. A draw with
   * others, or with `samples` outside the simplex, adds nothing to its row's gradients, and the status says so.
   */
  gradSamples: BufferValues
  /** As in `GumbelSoftmaxBackwardCallOptions`: the soft samples of the same draws, which save making the noise again; float32. */
  samples?: BufferValues | undefined
  /** As in `GumbelSoftmaxBackwardCallOptions`: `gradSamples` is the gradient of log-samples, and `samples`, if given, are those. */
  logSamples?: boolean | undefined
  /** Where the gradient of the logits goes, `[batchSize, numClasses]`; infinite or NaN where gradients leave float32's range. */
  gradLogits: BufferValues
  /** `[batchSize]`. */
  gradTau?: OutputView | undefined
  /** `[batchSize]`. */
  gradTemperature?: OutputView | undefined
  /**
   * `[batchSize]`: 0, or why the row has no distribution: 1 NaN, 2 +Infinity, 3 every class -Infinity; or what one of its draws is
   * given: 5 `gradSamples` that are NaN or not from -1e28 to 1e28, 6 `samples` outside the simplex, 7 `samples` of NaN; 9 settings from a buffer out of range.
   */
  statuses?: OutputView | undefined
}
