import type { FromBuffers, NoiseOptions, RowsView } from '../../options'
import type { NoiseKind } from './kinds'

export interface EncodeNoiseOptions extends FromBuffers<NoiseOptions> {
  kind: NoiseKind
  /** Where the noise goes, `[batchSize * numSamples, numClasses]`: float32, or 32-bit words of kind 'bits'. */
  noise: RowsView
}
