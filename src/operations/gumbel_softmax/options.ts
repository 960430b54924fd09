import type { InvalidRow } from '../../errors'
import type { BufferLogits, IndexView, FromBuffers, OfLogits, OutputView, SampleOptions } from '../../options'

/** Options of Gumbel-softmax. */
export interface GumbelSoftmaxOptions extends SampleOptions {
  /** Relaxation: 0 (one-hot), or from 1e-18 to 1e18; small is near one-hot, large near uniform; one value, or one a row. Default 1. */
  tau?: number | ArrayLike<number> | undefined
  /** Samples are exactly one-hot at the drawn index; their gradient is that of the soft ones. Default false. */
  hard?: boolean | undefined
}

export interface GumbelSoftmaxCallOptions extends OfLogits<GumbelSoftmaxOptions> {
  /** Also give the log-probability of each drawn index under `softmax(logits / temperature)`. */
  logProbs?: boolean | undefined
  /** What a row without a distribution does: reject the call, or get index -1 and samples of 0. Default 'reject'. */
  invalidRows?: 'reject' | 'mark' | undefined
}

export interface GumbelSoftmaxResult {
  /** Relaxed or hard samples, `[batchSize * numSamples, numClasses]`; 0 in a row without a distribution. */
  samples: Float32Array<ArrayBuffer>
  /** The same as `sample()` draws, `[batchSize * numSamples]`. */
  indices: Int32Array<ArrayBuffer>
  /** Where asked: `[batchSize * numSamples]`. */
  logProbs?: Float32Array<ArrayBuffer>
  /** Rows without a distribution; empty unless `invalidRows` is `'mark'`. */
  invalidRows: InvalidRow[]
}

/** Where a kernel writes rows of values: a buffer with usage STORAGE. */
export interface SamplesView {
  buffer: GPUBuffer
  /** float16 packs two values a word. Default 'float32'. */
  type?: 'float32' | 'float16' | undefined
  /** Element at which the first row begins; even for float16. Default 0. */
  offset?: number | undefined
  /** Elements from draw to draw; even for float16. Default `numClasses`, rounded up to even for float16. */
  rowStride?: number | undefined
}

export interface EncodeGumbelSoftmaxOptions extends FromBuffers<GumbelSoftmaxOptions> {
  logits: BufferLogits
  /** `[batchSize * numSamples, numClasses]`. */
  samples: SamplesView
  indices?: IndexView | undefined
  /** What stands where a draw has no index: a 32-bit integer. Default -1. */
  invalidIndex?: number | undefined
  logProbs?: OutputView | undefined
  /** 0, or why the row has no distribution: 1 NaN, 2 +Infinity, 3 every class -Infinity, 9 settings from a buffer out of range. */
  statuses?: OutputView | undefined
}
