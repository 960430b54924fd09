import type { Decoder, DecoderOptions } from './decoder/options'
import type { EncodeVerifyDraftOptions, VerifyDraftOptions, VerifyDraftResult } from './drafts/options'
import type { DeviceError } from './errors'
import type { ConcreteLogProbOptions } from './operations/concrete_log_prob/options'
import type {
  EncodeGumbelGivenIndexOptions,
  GumbelGivenIndexCallOptions,
  GumbelGivenIndexResult,
} from './operations/gumbel_given_index/options'
import type {
  EncodeGumbelSoftmaxOptions,
  GumbelSoftmaxCallOptions,
  GumbelSoftmaxResult,
  LogGumbelSoftmaxCallOptions,
  LogGumbelSoftmaxResult,
} from './operations/gumbel_softmax/options'
import type {
  EncodeGumbelSoftmaxBackwardOptions,
  GumbelSoftmaxBackwardCallOptions,
  GumbelSoftmaxBackwardResult,
} from './operations/gumbel_softmax_backward/options'
import type { EncodeNoiseOptions } from './operations/noise/options'
import type { EncodeSampleOptions, SampleCallOptions, SampleResult } from './operations/sample/options'
import type { Indices, Logits, NoiseOptions, Values } from './options'
import type { PreparedCall } from './prepared_call'

export interface SamplerOptions {
  /**
   * 'auto' takes WebGPU where there is an adapter, else the CPU: the same tokens. When its device is lost, whether by a crash or by
   * `device.destroy()`, it goes on by itself on the CPU; calls under way are made again there, of a copy of their host
   * arrays that each keeps until it is answered. Inputs in GPU buffers are gone with the device: such calls reject.
   * 'webgpu' rejects from then on, and copies nothing. Default 'auto', or 'webgpu' with a device.
   */
  backend?: 'auto' | 'webgpu' | 'cpu' | undefined
  /** The caller's device, with whatever features and limits it has; it stays the caller's. */
  device?: GPUDevice | undefined
  /**
   * Compares the noise of some 75,000 words, those where it changes branch among them, with its known digest, once a device. It is
   * submitted at once and nobody waits for it but promises: calls are answered, and `prepare([])` resolves, when it has passed; recorded
   * work does not wait. A device that differs counts as lost: 'auto' goes on on the CPU, 'webgpu' rejects. Default true.
   */
  selfCheck?: boolean | undefined
  /**
   * Told once when a sampler of backend 'auto' goes on on the CPU: `('cpu', why)`. What it throws is an uncaught error, and no
   * call's.
   */
  onBackendChange?: ((backend: 'cpu', error: DeviceError) => void) | undefined
}

/** Options of `verify()`. */
export interface VerifyOptions {
  /**
   * So many of the 2^32 words, spread evenly, are also turned into noise, whose digest is compared with the known one: 0, or a power
   * of two from 2^20 to 2^32, which are all. Default 0.
   */
  words?: number | undefined
  /** Is told how many of these words are done. */
  onProgress?: ((words: number) => void) | undefined
  /** Stops the comparison: the promise then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

/** What `verify()` found. */
export interface Verification {
  /** Whether every word and draw compared gave the CPU's bits. */
  ok: boolean
  /** Words whose noise was compared. */
  words: number
  /** Draws that were compared. */
  draws: number
  /** What differed, a sentence each; empty when `ok`. */
  failures: string[]
}

/** Draws from batches of categorical distributions. */
export interface Sampler {
  /** Where the draws are made. */
  readonly backend: 'webgpu' | 'cpu'
  /** The device in use; undefined on the CPU. */
  readonly device: GPUDevice | undefined

  /**
   * Compiles what such calls will use, all at once, and resolves when that is done and the device has passed its self-check, so that the first of them takes no longer
   * than later ones: by name, with the options that they will have, of which seeds, temperatures and other values do not matter, but
   * whether they are one a row and whether they are 0. Inputs are rows in host memory or in buffers, packed unless `logits: { offset,
   * rowStride }` says otherwise; `samples: {}` says that the gradient is given them. Forms that record have kernels of their own:
   * `{ operation: 'encodeSample', ...options, logProbs: {} }`.
   * @throws RangeError or TypeError naming the parameter, as the calls do; DeviceError
   */
  prepare(calls: readonly PreparedCall[]): Promise<void>

  /**
   * Draws from `softmax(logits / temperature)`, exactly, by Gumbel-max (Maddison et al. 2014): the class with the
   * largest `logits + temperature * gumbel`. -Infinity masks a class.
   * @throws RangeError or TypeError naming the parameter, InvalidRowsError, DeviceError
   */
  sample(logits: Logits, options: SampleCallOptions): Promise<SampleResult>

  /**
   * Records the same draw into `encoder` and submits nothing; results stay in the caller's buffers.
   * @throws RangeError or TypeError naming the parameter; DeviceError on the CPU backend
   */
  encodeSample(encoder: GPUCommandEncoder, options: EncodeSampleOptions): void

  /**
   * Gumbel-softmax (Jang et al. 2017; Maddison et al. 2017): `softmax((logits / temperature + gumbel) / tau)`, and the index
   * that `sample()` draws with the same options. Masked classes are exactly 0. With `logSamples: true` its logarithm, which does not
   * underflow; masked classes are -Infinity.
   * @throws RangeError or TypeError naming the parameter, InvalidRowsError, DeviceError
   */
  gumbelSoftmax(logits: Logits, options: LogGumbelSoftmaxCallOptions): Promise<LogGumbelSoftmaxResult>
  gumbelSoftmax(logits: Logits, options: GumbelSoftmaxCallOptions): Promise<GumbelSoftmaxResult>

  /**
   * Records the same into `encoder` and submits nothing; results stay in the caller's buffers.
   * @throws RangeError or TypeError naming the parameter; DeviceError on the CPU backend
   */
  encodeGumbelSoftmax(encoder: GPUCommandEncoder, options: EncodeGumbelSoftmaxOptions): void

  /**
   * The gradient of the logits, and of tau and temperature where asked, from the gradient G of the samples that
   * `gumbelSoftmax` gives for the same logits and options; the noise is made again from the seed, unless `samples` are given. For
   * each draw, with `s = logits + temperature * gumbel`, `y = softmax(s / (temperature * tau))` and
   * `d = y * (G - sum(y * G))`:
   *
   *     gradLogits      = d / (temperature * tau)
   *     gradTau         = -sum(d * s) / (temperature * tau^2)
   *     gradTemperature = -sum(d * logits) / (temperature^2 * tau)
   *
   * added up over a row's draws: the pathwise gradient of Jang et al. 2017 and Maddison et al. 2017. With `logSamples: true` G is the
   * gradient of `log y`, and `d = G - y * sum(G)`. With `hard` it is the straight-through one, that of the soft `y`. Masked classes have exactly 0. Temperatures and taus of 0 are refused.
   * @throws RangeError or TypeError naming the parameter, InvalidRowsError, DeviceError
   */
  gumbelSoftmaxBackward(
    gradSamples: Values,
    logits: Logits,
    options: GumbelSoftmaxBackwardCallOptions,
  ): Promise<GumbelSoftmaxBackwardResult>

  /**
   * Records the same into `encoder` and submits nothing; results stay in the caller's buffers, and overwrite what is there.
   * @throws RangeError or TypeError naming the parameter; DeviceError on the CPU backend
   */
  encodeGumbelSoftmaxBackward(encoder: GPUCommandEncoder, options: EncodeGumbelSoftmaxBackwardOptions): void

  /**
   * The log density of relaxed samples `y`, `[batchSize * numSamples]` (Maddison et al. 2017, eq. 10; Jang et al. 2017,
   * appendix B; `RelaxedOneHotCategorical` of TensorFlow Probability and PyTorch). With `a = logits / temperature` and K
   * classes that are not masked, which are all that count:
   *
   *     log Gamma(K) + (K - 1) log tau + sum(a - (tau + 1) log y) - K log sum(exp(a - tau log y))
   *
   * With `logSamples: true` the samples are `log y`, whose density is finite also where float32 `y` underflow: at 1,000 classes and tau 0.1
   * those of most draws do. It is still the density of `y`, in the simplex. Logarithms below -1e28, or -1e28 / tau, count as that.
   *
   * It is -Infinity for a `y` outside the open simplex: where a class has a value of 0 or less (or below 2^-126, as classes may
   * at a small tau), a masked class has another than 0, or the sum is off 1 by more than 1e-3. A row with a `y` that holds NaN is
   * invalid; with `invalidRows: 'mark'` the draw has NaN.
   * @throws RangeError or TypeError naming the parameter, InvalidRowsError, DeviceError
   */
  concreteLogProb(samples: Values, logits: Logits, options: ConcreteLogProbOptions): Promise<Float32Array<ArrayBuffer>>

  /**
   * Gumbel noise given the class that wins, as control variates (REBAR, RELAX) and counterfactuals need: of the posterior in which
   * `indices` are the first maxima of `logits + temperature * noise`, each operation rounded to float32. Drawn top-down
   * (Maddison et al. 2014, "A* sampling"): the maximum of `logits / temperature + noise` is Gumbel with location
   * logsumexp, the others are truncated below it. Independent of what `sample` draws with the same seed and step.
   * @throws RangeError or TypeError naming the parameter, InvalidRowsError, DeviceError
   */
  gumbelGivenIndex(
    logits: Logits,
    indices: Indices,
    options: GumbelGivenIndexCallOptions,
  ): Promise<GumbelGivenIndexResult>

  /**
   * Records the same into `encoder` and submits nothing; the noise stays in the caller's buffer.
   * @throws RangeError or TypeError naming the parameter; DeviceError on the CPU backend
   */
  encodeGumbelGivenIndex(encoder: GPUCommandEncoder, options: EncodeGumbelGivenIndexOptions): void

  /**
   * The noise itself, `[batchSize * numSamples, numClasses]`: random words; uniforms in (0, 1), rounded from `u = (word + 1/2) / 2^32`;
   * exponentials `-log(1 - u)`; or Gumbel noise, `-log` of those. Equal bits on every device.
   */
  noise(kind: 'bits', options: NoiseOptions): Promise<Uint32Array<ArrayBuffer>>
  noise(kind: 'uniform' | 'exponential' | 'gumbel', options: NoiseOptions): Promise<Float32Array<ArrayBuffer>>

  /**
   * Records the same into `encoder` and submits nothing; the noise stays in the caller's buffer.
   * @throws RangeError or TypeError naming the parameter; DeviceError on the CPU backend
   */
  encodeNoise(encoder: GPUCommandEncoder, options: EncodeNoiseOptions): void

  /**
   * Draws the next K + 1 tokens of each sequence from `logits`, `[batchSize, K + 1, numClasses]`, and compares them with a draft of K tokens,
   * `[batchSize, K]`. Position i is drawn at `step + i` with the sequence's own noise, so that the text is, bit for bit, the one without
   * drafts, whatever made the draft (Daliri et al. 2024); one that was drawn with the same seed, stream and step is accepted most. `bitmask` and
   * `bias` have a row a position, or one for all.
   * @throws RangeError or TypeError naming the parameter, InvalidRowsError, DeviceError
   */
  verifyDraft(logits: Logits, draft: Int32Array, options: VerifyDraftOptions): Promise<VerifyDraftResult>

  /**
   * Records the same into `encoder` and submits nothing; draft, indices and how many are accepted stay in the caller's buffers.
   * @throws RangeError or TypeError naming the parameter; DeviceError on the CPU backend
   */
  encodeVerifyDraft(encoder: GPUCommandEncoder, options: EncodeVerifyDraftOptions): void

  /**
   * Makes a decoder, which writes sequences token by token: it keeps their history, steps and penalties, and knows when they are finished. Many
   * decoders may use one sampler.
   * @throws RangeError or TypeError naming the parameter
   */
  createDecoder(options: DecoderOptions): Decoder

  /**
   * Compares this device's noise and draws with the CPU's, bit for bit, and the CPU's with known answers, in a moment:
   * every place where the noise changes branch, and a spread. With `words`, also the digest of the noise of these. Where the
   * device is lost meanwhile it rejects, with backend 'auto' too; a later call verifies the CPU.
   * @throws RangeError naming the parameter, DeviceError, or the signal's reason
   */
  verify(options?: VerifyOptions): Promise<Verification>

  /**
   * Frees what the sampler made; the device and the buffers of the caller stay. Calls under way reject with a DeviceError, as do
   * later ones, and work that was recorded can no longer be submitted.
   */
  destroy(): void
}

/** A sampler that has a device, until it is lost. */
export interface GpuSampler extends Sampler {
  readonly backend: 'webgpu'
  readonly device: GPUDevice
}
