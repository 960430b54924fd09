import type { OfLogits } from '../../options'
import type { GumbelSoftmaxOptions } from '../gumbel_softmax/options'

/** Options of the density of relaxed samples. */
export interface ConcreteLogProbOptions extends OfLogits<
  Pick<GumbelSoftmaxOptions, 'batchSize' | 'numClasses' | 'numSamples' | 'temperature' | 'tau'>
> {
  /** The samples that are given are log-samples, as `gumbelSoftmax` gives them with `logSamples: true`. Default false. */
  logSamples?: boolean | undefined
  /** What a row without a distribution, or with samples of NaN, does: reject the call, or get NaN. Default 'reject'. */
  invalidRows?: 'reject' | 'mark' | undefined
}
