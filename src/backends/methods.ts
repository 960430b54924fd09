import type {
  GumbelGivenIndexCallOptions,
  GumbelGivenIndexResult,
  EncodeGumbelGivenIndexOptions,
} from '../operations/gumbel_given_index/options'
import { gumbelGivenIndex } from '../operations/gumbel_given_index/operation'
import type { ConcreteLogProbOptions } from '../operations/concrete_log_prob/options'
import { concreteLogProb } from '../operations/concrete_log_prob/operation'
import type {
  EncodeGumbelSoftmaxOptions,
  GumbelSoftmaxCallOptions,
  GumbelSoftmaxResult,
  LogGumbelSoftmaxCallOptions,
  LogGumbelSoftmaxResult,
} from '../operations/gumbel_softmax/options'
import { gumbelSoftmax } from '../operations/gumbel_softmax/operation'
import type {
  EncodeGumbelSoftmaxBackwardOptions,
  GumbelSoftmaxBackwardCallOptions,
  GumbelSoftmaxBackwardResult,
} from '../operations/gumbel_softmax_backward/options'
import { gumbelSoftmaxBackward } from '../operations/gumbel_softmax_backward/operation'
import type { NoiseKind } from '../operations/noise/kinds'
import { noise } from '../operations/noise/operation'
import type { EncodeNoiseOptions } from '../operations/noise/options'
import type { EncodeSampleOptions, SampleCallOptions, SampleResult } from '../operations/sample/options'
import { sample } from '../operations/sample/operation'
import type { Decoder, DecoderOptions } from '../decoder/options'
import { oneOf } from '../checks'
import { judgeDrafts } from '../drafts/judge'
import type { EncodeVerifyDraftOptions, VerifyDraftOptions, VerifyDraftResult } from '../drafts/options'
import { draftOptionsOf, draftShapeOf, positionAdjustments, positionSettings } from '../drafts/settings'
import type { Operation } from '../operation'
import type { Indices, Logits, NoiseOptions, Values } from '../options'
import { type Described, describedCalls } from '../prepare'
import type { PreparedCall } from '../prepared_call'

/** The calls of a sampler by name, which each backend answers in one way. */
export abstract class Methods {
  /** Answers a call; `args` are its arguments before the options, by name. */
  protected abstract call(operation: Operation, args: Record<string, unknown>, options: unknown): Promise<unknown>

  /** Has ready what calls will use. */
  protected abstract ready(calls: readonly Described[]): Promise<void>

  /** Records a call. */
  protected abstract encode(operation: Operation, encoder: GPUCommandEncoder, options: unknown): void

  abstract createDecoder(options: DecoderOptions): Decoder

  async prepare(calls: readonly PreparedCall[]): Promise<void> {
    return this.ready(describedCalls(calls))
  }

  async sample(logits: Logits, options: SampleCallOptions): Promise<SampleResult> {
    return this.call(sample, { logits }, options) as Promise<SampleResult>
  }

  encodeSample(encoder: GPUCommandEncoder, options: EncodeSampleOptions): void {
    this.encode(sample, encoder, options)
  }

  gumbelSoftmax(logits: Logits, options: LogGumbelSoftmaxCallOptions): Promise<LogGumbelSoftmaxResult>
  gumbelSoftmax(logits: Logits, options: GumbelSoftmaxCallOptions): Promise<GumbelSoftmaxResult>
  async gumbelSoftmax(
    logits: Logits,
    options: GumbelSoftmaxCallOptions | LogGumbelSoftmaxCallOptions,
  ): Promise<GumbelSoftmaxResult & LogGumbelSoftmaxResult> {
    return this.call(gumbelSoftmax, { logits }, options) as Promise<GumbelSoftmaxResult & LogGumbelSoftmaxResult>
  }

  encodeGumbelSoftmax(encoder: GPUCommandEncoder, options: EncodeGumbelSoftmaxOptions): void {
    this.encode(gumbelSoftmax, encoder, options)
  }

  async gumbelSoftmaxBackward(
    gradSamples: Values,
    logits: Logits,
    options: GumbelSoftmaxBackwardCallOptions,
  ): Promise<GumbelSoftmaxBackwardResult> {
    return this.call(gumbelSoftmaxBackward, { gradSamples, logits }, options) as Promise<GumbelSoftmaxBackwardResult>
  }

  encodeGumbelSoftmaxBackward(encoder: GPUCommandEncoder, options: EncodeGumbelSoftmaxBackwardOptions): void {
    this.encode(gumbelSoftmaxBackward, encoder, options)
  }

  async concreteLogProb(
    samples: Values,
    logits: Logits,
    options: ConcreteLogProbOptions,
  ): Promise<Float32Array<ArrayBuffer>> {
    return this.call(concreteLogProb, { samples, logits }, options) as Promise<Float32Array<ArrayBuffer>>
  }

  async verifyDraft(logits: Logits, draft: Int32Array, options: VerifyDraftOptions): Promise<VerifyDraftResult> {
    const given = draftOptionsOf(options, ['logProbs'])
    const shape = draftShapeOf(given, logits, draft)
    const mark = oneOf('invalidRows', given.invalidRows ?? 'reject', ['reject', 'mark']) === 'mark'
    const copy = draft.slice()
    const drawn = await this.call(
      sample,
      { logits },
      {
        ...positionSettings(given, shape),
        ...positionAdjustments(given),
        batchSize: shape.batchSize * shape.positions,
        numClasses: shape.numClasses,
        invalidRows: 'mark',
      },
    )
    return judgeDrafts(drawn as SampleResult, copy, shape, mark)
  }

  abstract encodeVerifyDraft(encoder: GPUCommandEncoder, options: EncodeVerifyDraftOptions): void

  async gumbelGivenIndex(
    logits: Logits,
    indices: Indices,
    options: GumbelGivenIndexCallOptions,
  ): Promise<GumbelGivenIndexResult> {
    return this.call(gumbelGivenIndex, { logits, indices }, options) as Promise<GumbelGivenIndexResult>
  }

  encodeGumbelGivenIndex(encoder: GPUCommandEncoder, options: EncodeGumbelGivenIndexOptions): void {
    this.encode(gumbelGivenIndex, encoder, options)
  }

  noise(kind: 'bits', options: NoiseOptions): Promise<Uint32Array<ArrayBuffer>>
  noise(kind: 'uniform' | 'exponential' | 'gumbel', options: NoiseOptions): Promise<Float32Array<ArrayBuffer>>
  async noise(kind: NoiseKind, options: NoiseOptions): Promise<Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>> {
    return this.call(noise, { kind }, options) as Promise<Float32Array<ArrayBuffer>>
  }

  encodeNoise(encoder: GPUCommandEncoder, options: EncodeNoiseOptions): void {
    this.encode(noise, encoder, options)
  }
}
