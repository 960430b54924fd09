import type { ConcreteLogProbOptions } from './operations/concrete_log_prob/options'
import type {
  EncodeGumbelGivenIndexOptions,
  GumbelGivenIndexCallOptions,
} from './operations/gumbel_given_index/options'
import type { EncodeGumbelSoftmaxOptions, GumbelSoftmaxCallOptions } from './operations/gumbel_softmax/options'
import type {
  EncodeGumbelSoftmaxBackwardOptions,
  GumbelSoftmaxBackwardCallOptions,
} from './operations/gumbel_softmax_backward/options'
import type { NoiseKind } from './operations/noise/kinds'
import type { EncodeNoiseOptions } from './operations/noise/options'
import type { EncodeSampleOptions, SampleCallOptions } from './operations/sample/options'
import type { BufferRows, DescribedPenalties } from './adjust/options'
import type { BufferLogits, BufferValues, NoiseOptions } from './options'

/** Where rows lie; packed where nothing is said. */
export type Place<View> = Omit<View, 'buffer'>

/** Options of a call, of which a seed is needed only to say that there is one a row. */
export type PreparedOptions<Options, Inputs> = Omit<Options, 'seed' | keyof Inputs> & {
  seed?: NoiseOptions['seed'] | undefined
} & { [Name in keyof Inputs]?: Place<Inputs[Name]> | undefined }

/** Names of options that are views of buffers. */
export type ViewNames<Options> = {
  [Name in keyof Options]-?: NonNullable<Options[Name]> extends { buffer: GPUBuffer } ? Name : never
}[keyof Options]

/** Options of a call that records, without their buffers; its required views may be left out. */
export type PreparedRecording<Options> = PreparedOptions<
  Options,
  { [Name in ViewNames<Options>]: NonNullable<Options[Name]> }
>

/** Options with penalties as they are described. */
export type WithDescribedPenalties<Options> = Omit<Options, 'penalties'> & {
  penalties?: DescribedPenalties | undefined
}

/** A call that will be made: its name, its options, and where its rows lie if they are not packed. */
export type PreparedCall =
  | ({ operation: 'sample' } & WithDescribedPenalties<
      PreparedOptions<SampleCallOptions, { logits: BufferLogits; bitmask: BufferRows; bias: BufferRows }>
    >)
  | ({ operation: 'encodeSample' } & WithDescribedPenalties<PreparedRecording<EncodeSampleOptions>>)
  | ({ operation: 'gumbelSoftmax' } & PreparedOptions<GumbelSoftmaxCallOptions, { logits: BufferLogits }>)
  | ({ operation: 'encodeGumbelSoftmax' } & PreparedRecording<EncodeGumbelSoftmaxOptions>)
  | ({ operation: 'gumbelSoftmaxBackward' } & PreparedOptions<
      GumbelSoftmaxBackwardCallOptions,
      { logits: BufferLogits; gradSamples: BufferValues; samples: BufferValues }
    >)
  | ({ operation: 'encodeGumbelSoftmaxBackward' } & PreparedRecording<EncodeGumbelSoftmaxBackwardOptions>)
  | ({ operation: 'concreteLogProb' } & PreparedOptions<
      ConcreteLogProbOptions,
      { logits: BufferLogits; samples: BufferValues }
    >)
  | ({ operation: 'gumbelGivenIndex' } & PreparedOptions<GumbelGivenIndexCallOptions, { logits: BufferLogits }>)
  | ({ operation: 'encodeGumbelGivenIndex' } & PreparedRecording<EncodeGumbelGivenIndexOptions>)
  | ({ operation: 'noise'; kind: NoiseKind } & PreparedOptions<NoiseOptions, object>)
  | ({ operation: 'encodeNoise' } & PreparedRecording<EncodeNoiseOptions>)
