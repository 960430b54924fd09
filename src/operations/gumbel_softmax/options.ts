import type { InvalidRow } from '../../errors'
import type {
  BufferLogits,
  BufferValues,
  IndexView,
  FromBuffers,
  OfLogits,
  OutputView,
  SampleOptions,
} from '../../options'

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
  /**
   * Give `logSamples`, the logarithms of the samples, in place of `samples`. They do not underflow: float32 samples of many classes
   * at a small tau are 0, and their density with them. Not with `hard`, nor at a tau or temperature of 0. Default false.
   */
  logSamples?: false | undefined
  /** What a row without a distribution does: reject the call, or get index -1 and samples of 0. Default 'reject'. */
  invalidRows?: 'reject' | 'mark' | undefined
}

/** Options that ask for log-samples. */
export type LogGumbelSoftmaxCallOptions = Omit<GumbelSoftmaxCallOptions, 'logSamples' | 'hard'> & {
  logSamples: true
  hard?: false | undefined
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

export interface LogGumbelSoftmaxResult extends Omit<GumbelSoftmaxResult, 'samples'> {
  /**
   * The logarithms of relaxed samples, `[batchSize * numSamples, numClasses]`, at most 0 and finite; -Infinity where masked, and in a
   * row without a distribution.
   */
  logSamples: Float32Array<ArrayBuffer>
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

/** What both forms of `encodeGumbelSoftmax` take. */
export interface EncodeGumbelSoftmaxShared extends FromBuffers<GumbelSoftmaxOptions> {
  logits: BufferLogits
  indices?: IndexView | undefined
  /** What stands where a draw has no index: a 32-bit integer. Default -1. */
  invalidIndex?: number | undefined
  logProbs?: OutputView | undefined
  /** 0, or why the row has no distribution: 1 NaN, 2 +Infinity, 3 every class -Infinity, 9 settings from a buffer out of range. */
  statuses?: OutputView | undefined
}

/** Samples, or log-samples in their place. */
export type EncodeGumbelSoftmaxOptions = EncodeGumbelSoftmaxShared &
  (
    | {
        /** `[batchSize * numSamples, numClasses]`. */
        samples: SamplesView
        logSamples?: undefined
      }
    | {
        /** Logarithms of the samples, as `logSamples: true` gives them, float32. Not with `hard`, nor at a tau or temperature of 0. */
        logSamples: BufferValues
        samples?: undefined
        hard?: false | undefined
      }
  )
