import type { InvalidRow } from '../../errors'
import type { BufferLogits, BufferValues, OutputView, Values } from '../../options'
import type { GumbelSoftmaxOptions } from '../gumbel_softmax/options'

export interface GumbelSoftmaxBackwardCallOptions extends GumbelSoftmaxOptions {
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
  /** Also give the gradient of each row's tau. */
  gradTau?: boolean | undefined
  /** Also give the gradient of each row's temperature. */
  gradTemperature?: boolean | undefined
  /** What a row without a distribution does: reject the call, or get gradients of 0. Default 'reject'. */
  invalidRows?: 'reject' | 'mark' | undefined
}

/** Gradients, added up over the draws of a row. */
export interface GumbelSoftmaxBackwardResult {
  /** `[batchSize, numClasses]`; 0 for masked classes and in a row without a distribution. */
  gradLogits: Float32Array<ArrayBuffer>
  /** Where asked: `[batchSize]`. */
  gradTau?: Float32Array<ArrayBuffer>
  /** Where asked: `[batchSize]`. */
  gradTemperature?: Float32Array<ArrayBuffer>
  /** Rows without a distribution; empty unless `invalidRows` is `'mark'`. */
  invalidRows: InvalidRow[]
}

export interface EncodeGumbelSoftmaxBackwardOptions extends GumbelSoftmaxOptions {
  logits: BufferLogits
  /** The gradient of the samples, `[batchSize * numSamples, numClasses]`; finite. */
  gradSamples: BufferValues
  /** As in `GumbelSoftmaxBackwardCallOptions`: the soft samples of the same draws, which save making the noise again; float32. */
  samples?: BufferValues | undefined
  /** Where the gradient of the logits goes, `[batchSize, numClasses]`. */
  gradLogits: BufferValues
  /** `[batchSize]`. */
  gradTau?: OutputView | undefined
  /** `[batchSize]`. */
  gradTemperature?: OutputView | undefined
  /** `[batchSize]`: 0, or why the row has no distribution: 1 NaN, 2 +Infinity, 3 every class -Infinity. */
  statuses?: OutputView | undefined
}
