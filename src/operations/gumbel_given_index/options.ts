import type { InvalidRow } from '../../errors'
import type { BufferLogits, BufferValues, FromBuffers, OfLogits, OutputView, SampleOptions } from '../../options'

/** Options of noise given the class that wins. */
export interface GumbelGivenIndexCallOptions extends OfLogits<SampleOptions> {
  /** What a row without a distribution, or given a masked class or -1, does: reject the call, or get noise of 0. Default 'reject'. */
  invalidRows?: 'reject' | 'mark' | undefined
}

export interface GumbelGivenIndexResult {
  /** `[batchSize * numSamples, numClasses]`; 0 in draws of the rows of `invalidRows` that have none. */
  noise: Float32Array<ArrayBuffer>
  /** Rows without a distribution, or given a masked class or -1; empty unless `invalidRows` is `'mark'`. */
  invalidRows: InvalidRow[]
}

export interface EncodeGumbelGivenIndexOptions extends FromBuffers<SampleOptions> {
  logits: BufferLogits
  indices: { buffer: GPUBuffer; offset?: number | undefined }
  /** `[batchSize * numSamples, numClasses]`, float32. */
  noise: BufferValues
  /** 0, or why there is no noise: 1 NaN, 2 +Infinity, 3 every class -Infinity, 4 the given class masked or out of range, 9 settings from a buffer out of range. */
  statuses?: OutputView | undefined
}
