import type { Adjustments, BufferAdjustments } from '../../adjust/options'
import type { InvalidRow } from '../../errors'
import type {
  BufferLogits,
  FilterOptions,
  IndexView,
  FromBuffers,
  OfLogits,
  OutputView,
  SampleOptions,
} from '../../options'

/** How a class is drawn. */
export interface MethodOptions {
  /**
   * 'gumbel-max', or 'inverse-cdf', which reads a row once for all its draws: the choice for many draws of few rows. It takes the first class
   * at which the masses so far, whole numbers as those of `topP`, exceed a part of their sum that 64 random bits name. So each class is drawn
   * as often as its mass says, to 2^-40 of the largest; other classes than by 'gumbel-max', the same on every device. `numClasses` is at
   * most 2^21, without `classOffset`, `scores` and `partial`; `tail` changes nothing. Default 'gumbel-max'.
   */
  method?: 'gumbel-max' | 'inverse-cdf' | undefined
}

/** How often a class may be drawn. */
export interface ReplacementOptions {
  /**
   * false: the `numSamples` draws of a row are different classes, in the order of their scores of one noise draw, number 0 (Gumbel-top-k, Kool et
   * al. 2019): the first is what one draw gives, each next one what it gives among the others. Temperature 0 gives the classes in descending
   * order, whatever filters keep. Where a row keeps fewer, the others have index -1, and log-probability and score NaN. Log-probabilities are
   * not conditional on earlier draws. `numSamples` is at most `numClasses`, and that at most 2^21; without `partial` and 'inverse-cdf'. Default true.
   */
  replacement?: boolean | undefined
}

export interface SampleCallOptions
  extends OfLogits<SampleOptions>, FilterOptions, MethodOptions, ReplacementOptions, Adjustments {
  /**
   * Also give the log-probability of each drawn class: under the distribution that is drawn from, `softmax(adjusted logits / temperature)` of the
   * classes that filters keep; or 'raw', under the softmax of the logits as they are given, before bias, penalties, bitmask, filters and
   * temperature.
   */
  logProbs?: boolean | 'raw' | undefined
  /**
   * Beside `logProbs`: also list so many of each row's most likely classes, from 1 to 512, with their log-probabilities under the same
   * distribution: `topIndices` and `topLogProbs`.
   */
  topLogProbs?: number | undefined
  /** Also give each drawn class's perturbed logit, `adjusted logits + temperature * gumbel`, whose largest is drawn. */
  scores?: boolean | undefined
  /**
   * Also give scores and what else the draw of a whole vocabulary needs of this shard of it (`classOffset`), for `combinePartials`. Rows
   * without a distribution, as a shard whose classes are all masked, are then marked and told by `statuses`. Not with `logProbs` or `penalties`.
   */
  partial?: boolean | undefined
  /** Also tell what filters keep of each row: `keptCounts`, `keptLogits` and `keptClasses`. */
  kept?: boolean | undefined
  /** What a row without a distribution (NaN, +Infinity, all -Infinity) does: reject the call, or get index -1. Default 'reject'. */
  invalidRows?: 'reject' | 'mark' | undefined
}

export interface SampleResult {
  /** Drawn classes, `[batchSize * numSamples]`; -1 in a row without a distribution. */
  indices: Int32Array<ArrayBuffer>
  /** Where asked: `[batchSize * numSamples]`; NaN in a row without a distribution. */
  logProbs?: Float32Array<ArrayBuffer>
  /**
   * Where `topLogProbs`, as the next, `[batchSize, topLogProbs]`: a row's most likely classes in descending order, ties in ascending order of
   * classes; -1 where it has, or keeps, no more, and in a row without a distribution.
   */
  topIndices?: Int32Array<ArrayBuffer>
  /** Their log-probabilities; -Infinity where there is no more class, NaN in a row without a distribution. */
  topLogProbs?: Float32Array<ArrayBuffer>
  /** Where asked: `[batchSize * numSamples]`; NaN in a row without a distribution. */
  scores?: Float32Array<ArrayBuffer>
  /** Where `partial`, as the next three, `[batchSize * numSamples]`: exact sums `logits + temperature * gumbel` less scores. */
  remainders?: Float32Array<ArrayBuffer>
  /** Largest logits of the shard; -Infinity where all are masked. */
  maxima?: Float32Array<ArrayBuffer>
  /** Sums of `exp((logit - maximum) / temperature)`, a temperature of 0 counting as 1; 0 where all are masked. */
  sums?: Float32Array<ArrayBuffer>
  /** 0, or why there is no index: 1 NaN, 2 +Infinity, 3 every class -Infinity, 10 as the bias left it, 12 the bitmask. */
  statuses?: Int32Array<ArrayBuffer>
  /** Where `kept`, as the next two, `[batchSize]`: how many classes filters keep; 0 in a row without a distribution. */
  keptCounts?: Int32Array<ArrayBuffer>
  /** The lowest logit that is kept; NaN in a row without a distribution. */
  keptLogits?: Float32Array<ArrayBuffer>
  /** The last class that is kept, in descending order of logits, ties in ascending order of classes; -1 in a row without a distribution. */
  keptClasses?: Int32Array<ArrayBuffer>
  /** Rows without a distribution; empty unless `invalidRows` is `'mark'`, or `partial`. */
  invalidRows: InvalidRow[]
}

export interface LogProbsView extends OutputView {
  /** Under the distribution that is drawn from, or 'raw', under the softmax of the logits as they are given. Default 'drawn'. */
  of?: 'drawn' | 'raw' | undefined
}

export interface TopLogProbsView extends OutputView {
  /** How many classes of each row are listed: 1 to 512. */
  count: number
}

export interface EncodeSampleOptions
  extends FromBuffers<SampleOptions & FilterOptions>, MethodOptions, ReplacementOptions, BufferAdjustments {
  logits: BufferLogits
  /** Drawn classes; `invalidIndex` in a row without a distribution. */
  indices: IndexView
  /** What stands where a draw has no index: a 32-bit integer, such as 0 for a gather that takes no other. Default -1. */
  invalidIndex?: number | undefined
  logProbs?: LogProbsView | undefined
  /** int32 `[batchSize, count]`, beside `logProbs` and `topLogProbs`: the most likely classes of each row; -1 where there are no more. */
  topIndices?: OutputView | undefined
  /** float32, the same: their log-probabilities; -Infinity where there are no more, NaN in a row without a distribution. */
  topLogProbs?: TopLogProbsView | undefined
  scores?: OutputView | undefined
  /**
   * 0, or why there is no index: 1 NaN, 2 +Infinity, 3 every class -Infinity, 9 settings from a buffer out of range; 10, 11, 12 no class left by
   * bias, penalties, bitmask.
   */
  statuses?: OutputView | undefined
  /** Of the shard's winners, for a reduction over shards of a vocabulary: see `SampleResult`. */
  remainders?: OutputView | undefined
  maxima?: OutputView | undefined
  sums?: OutputView | undefined
  /** One a row, as the next two: see `SampleResult`. */
  keptCounts?: OutputView | undefined
  keptLogits?: OutputView | undefined
  keptClasses?: OutputView | undefined
}
