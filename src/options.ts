import type { DeviceError, InvalidRow } from './errors'

export interface SamplerOptions {
  /**
   * 'auto' takes WebGPU where there is an adapter, else the CPU: the same tokens. When its device is lost, whether by a crash or by
   * `device.destroy()`, it goes on by itself on the CPU; calls under way are made again there, of a copy of their host
   * arrays that each keeps until it is answered. Inputs in GPU buffers are gone with the device: such calls reject.
   * 'webgpu' rejects from then on, and copies nothing. Default 'auto', or 'webgpu' with a device.
   */
  backend?: 'auto' | 'webgpu' | 'cpu'
  /** The caller's device, with whatever features and limits it has; it stays the caller's. */
  device?: GPUDevice
  /**
   * Told once when a sampler of backend 'auto' goes on on the CPU: `('cpu', why)`. What it throws is an uncaught error, and no
   * call's.
   */
  onBackendChange?: (backend: 'cpu', error: DeviceError) => void
}

/** Logits in host memory: `[batchSize, numClasses]`, row-major. */
export interface HostLogits {
  data: Float32Array
  /** Element at which the first row begins. Default 0. */
  offset?: number
  /** Elements from the start of one row to the start of the next. Default `numClasses`. */
  rowStride?: number
}

/** Logits in a GPU buffer of anybody's, usage STORAGE, on the sampler's device; float32. */
export interface BufferLogits {
  buffer: GPUBuffer
  /** Element (not byte) at which the first row begins. Default 0. */
  offset?: number
  /** Elements from the start of one row to the start of the next. Default `numClasses`. */
  rowStride?: number
}

export type Logits = Float32Array | HostLogits | BufferLogits

/** A row of values for each draw, in host memory: `[batchSize * numSamples, numClasses]`, row-major. */
export interface HostValues {
  data: Float32Array
  /** Element at which the first row begins. Default 0. */
  offset?: number
  /** Elements from the start of one row to the start of the next. Default `numClasses`. */
  rowStride?: number
}

/** The same in a GPU buffer of anybody's, usage STORAGE, on the sampler's device; float32. */
export interface BufferValues {
  buffer: GPUBuffer
  /** Element (not byte) at which the first row begins. Default 0. */
  offset?: number
  /** Elements from the start of one row to the start of the next. Default `numClasses`. */
  rowStride?: number
}

export type Values = Float32Array | HostValues | BufferValues

/** A 64-bit seed: a bigint from 0 to 2^64 - 1, or a whole number from 0 to 2^53 - 1. */
export type Seed = bigint | number

/** What names the noise: equal values draw equal noise, on every device, for every batch size and slot. */
export interface NoiseOptions {
  /** Rows. */
  batchSize: number
  /** Classes of a row. */
  numClasses: number
  /** One seed, or one a row. */
  seed: Seed | BigUint64Array | readonly Seed[]
  /**
   * Tells rows apart, a 32-bit word: one for all rows, or one a row. By default row r has stream `streamOffset + r`, or 0 where
   * `seed` is one a row.
   */
  streams?: number | ArrayLike<number>
  /** Stream of the first row where `streams` and seeds a row are not given: its index in a larger batch. Default 0. */
  streamOffset?: number
  /** Counts calls, such as tokens of a text: a 32-bit word. Default 0. */
  step?: number
  /** Number of the first class where the logits are a shard of a larger vocabulary: a multiple of 8. Default 0. */
  classOffset?: number
  /**
   * 'extended' refines the 2^-24 smallest uniforms with 32 more bits, so that Gumbel noise reaches 45 rather than 22.9 and
   * classes up to 44 nats down are drawn as often as they should be. Other noise is the same. Default 'standard'.
   */
  tail?: 'standard' | 'extended'
}

export interface SampleOptions extends NoiseOptions {
  /** One value, or one a row: 0 (the first maximum), or from 1e-18 to 1e18. Default 1. */
  temperature?: number | ArrayLike<number>
  /** Independent draws of each row, 1 to 2^24. Default 1. */
  numSamples?: number
}

export interface SampleCallOptions extends SampleOptions {
  /** Also give the log-probability of each drawn class under `softmax(logits / temperature)`. */
  logProbs?: boolean
  /** Also give each drawn class's perturbed logit, `logits + temperature * gumbel`, whose largest is drawn. */
  scores?: boolean
  /** What a row without a distribution (NaN, +Infinity, all -Infinity) does: reject the call, or get index -1. Default 'reject'. */
  invalidRows?: 'reject' | 'mark'
}

export interface SampleResult {
  /** Drawn classes, `[batchSize * numSamples]`; -1 in a row without a distribution. */
  indices: Int32Array
  /** Where asked: `[batchSize * numSamples]`; NaN in a row without a distribution. */
  logProbs?: Float32Array
  /** Where asked: `[batchSize * numSamples]`; NaN in a row without a distribution. */
  scores?: Float32Array
  /** Rows without a distribution; empty unless `invalidRows` is `'mark'`. */
  invalidRows: InvalidRow[]
}

/** Where a kernel writes 32-bit results, one a draw: a buffer with usage STORAGE. */
export interface OutputView {
  buffer: GPUBuffer
  /** Element at which the results begin, in 32-bit words. Default 0. */
  offset?: number
}

export interface IndexView extends OutputView {
  /** int64 writes each index as a pair of words. Default 'int32'. */
  type?: 'int32' | 'int64'
}

export interface EncodeSampleOptions extends SampleOptions {
  logits: BufferLogits
  /** Drawn classes; -1 in a row without a distribution. */
  indices: IndexView
  logProbs?: OutputView
  scores?: OutputView
  /** 0, or why the index is -1: 1 NaN, 2 +Infinity, 3 every class -Infinity. */
  statuses?: OutputView
}

/** Options of Gumbel-softmax. */
export interface GumbelSoftmaxOptions extends SampleOptions {
  /** Relaxation: 0 (one-hot), or from 1e-18 to 1e18; small is near one-hot, large near uniform; one value, or one a row. Default 1. */
  tau?: number | ArrayLike<number>
  /** Samples are exactly one-hot at the drawn index; their gradient is that of the soft ones. Default false. */
  hard?: boolean
}

export interface GumbelSoftmaxCallOptions extends GumbelSoftmaxOptions {
  /** Also give the log-probability of each drawn index under `softmax(logits / temperature)`. */
  logProbs?: boolean
  /** What a row without a distribution does: reject the call, or get index -1 and samples of 0. Default 'reject'. */
  invalidRows?: 'reject' | 'mark'
}

export interface GumbelSoftmaxResult {
  /** Relaxed or hard samples, `[batchSize * numSamples, numClasses]`; 0 in a row without a distribution. */
  samples: Float32Array
  /** The same as `sample()` draws, `[batchSize * numSamples]`. */
  indices: Int32Array
  /** Where asked: `[batchSize * numSamples]`. */
  logProbs?: Float32Array
  /** Rows without a distribution; empty unless `invalidRows` is `'mark'`. */
  invalidRows: InvalidRow[]
}

/** Where a kernel writes rows of values: a buffer with usage STORAGE. */
export interface SamplesView {
  buffer: GPUBuffer
  /** float16 packs two values a word. Default 'float32'. */
  type?: 'float32' | 'float16'
  /** Element at which the first row begins; even for float16. Default 0. */
  offset?: number
  /** Elements from draw to draw; even for float16. Default `numClasses`, rounded up to even for float16. */
  rowStride?: number
}

export interface EncodeGumbelSoftmaxOptions extends GumbelSoftmaxOptions {
  logits: BufferLogits
  /** `[batchSize * numSamples, numClasses]`. */
  samples: SamplesView
  indices?: IndexView
  logProbs?: OutputView
  /** 0, or why the row has no distribution: 1 NaN, 2 +Infinity, 3 every class -Infinity. */
  statuses?: OutputView
}

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
  samples?: Values
  /** Also give the gradient of each row's tau. */
  gradTau?: boolean
  /** Also give the gradient of each row's temperature. */
  gradTemperature?: boolean
  /** What a row without a distribution does: reject the call, or get gradients of 0. Default 'reject'. */
  invalidRows?: 'reject' | 'mark'
}

/** Gradients, added up over the draws of a row. */
export interface GumbelSoftmaxBackwardResult {
  /** `[batchSize, numClasses]`; 0 for masked classes and in a row without a distribution. */
  gradLogits: Float32Array
  /** Where asked: `[batchSize]`. */
  gradTau?: Float32Array
  /** Where asked: `[batchSize]`. */
  gradTemperature?: Float32Array
  /** Rows without a distribution; empty unless `invalidRows` is `'mark'`. */
  invalidRows: InvalidRow[]
}

export interface EncodeGumbelSoftmaxBackwardOptions extends GumbelSoftmaxOptions {
  logits: BufferLogits
  /** The gradient of the samples, `[batchSize * numSamples, numClasses]`; finite. */
  gradSamples: BufferValues
  /** As in `GumbelSoftmaxBackwardCallOptions`: the soft samples of the same draws, which save making the noise again; float32. */
  samples?: BufferValues
  /** Where the gradient of the logits goes, `[batchSize, numClasses]`. */
  gradLogits: BufferValues
  /** `[batchSize]`. */
  gradTau?: OutputView
  /** `[batchSize]`. */
  gradTemperature?: OutputView
  /** `[batchSize]`: 0, or why the row has no distribution: 1 NaN, 2 +Infinity, 3 every class -Infinity. */
  statuses?: OutputView
}

/** Options of the density of relaxed samples. */
export interface ConcreteLogProbOptions extends Pick<
  GumbelSoftmaxOptions,
  'batchSize' | 'numClasses' | 'numSamples' | 'temperature' | 'tau'
> {
  /** What a row without a distribution does: reject the call, or get NaN. Default 'reject'. */
  invalidRows?: 'reject' | 'mark'
}

/** Options of noise given the class that wins. */
export interface GumbelGivenIndexCallOptions extends SampleOptions {
  /** What a row without a distribution, or given a masked class, does: reject the call, or get noise of 0. Default 'reject'. */
  invalidRows?: 'reject' | 'mark'
}

/** The class of each draw, `[batchSize * numSamples]`: in host memory, or int32 in a GPU buffer, usage STORAGE. */
export type Indices = Int32Array | { buffer: GPUBuffer; offset?: number }

export interface GumbelGivenIndexResult {
  /** `[batchSize * numSamples, numClasses]`. */
  noise: Float32Array
  /** Rows without a distribution, or given a masked class; empty unless `invalidRows` is `'mark'`. */
  invalidRows: InvalidRow[]
}

export interface EncodeGumbelGivenIndexOptions extends SampleOptions {
  logits: BufferLogits
  indices: { buffer: GPUBuffer; offset?: number }
  /** `[batchSize * numSamples, numClasses]`, float32. */
  noise: BufferValues
  /** 0, or why there is no noise: 1 NaN, 2 +Infinity, 3 every class -Infinity, 4 the given class masked or out of range. */
  statuses?: OutputView
}

export type NoiseKind = 'bits' | 'uniform' | 'exponential' | 'gumbel'

/** Options of `verify()`. */
export interface VerifyOptions {
  /**
   * So many of the 2^32 words, spread evenly, are also turned into noise, whose digest is compared with the known one: 0, or a power
   * of two from 2^20 to 2^32, which are all. Default 0.
   */
  words?: number
  /** Is told how many of these words are done. */
  onProgress?: (words: number) => void
  /** Stops the comparison: the promise then rejects with the signal's reason. */
  signal?: AbortSignal
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
   * that `sample()` draws with the same options. Masked classes are exactly 0.
   * @throws RangeError or TypeError naming the parameter, InvalidRowsError, DeviceError
   */
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
   * added up over a row's draws: the pathwise gradient of Jang et al. 2017 and Maddison et al. 2017. With `hard` it is the
   * straight-through one, that of the soft `y`. Masked classes have exactly 0. Temperatures and taus of 0 are refused.
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
   * It is -Infinity for a `y` outside the open simplex: where a class has a value of 0 or less (or below 2^-126, as classes may
   * at a small tau), a masked class has another than 0, or the sum is off 1 by more than 1e-3; NaN where `y` holds NaN.
   * @throws RangeError or TypeError naming the parameter, InvalidRowsError, DeviceError
   */
  concreteLogProb(samples: Values, logits: Logits, options: ConcreteLogProbOptions): Promise<Float32Array>

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
   * The noise itself, `[batchSize, numClasses]`: random words; uniforms in (0, 1), rounded from `u = (word + 1/2) / 2^32`;
   * exponentials `-log(1 - u)`; or Gumbel noise, `-log` of those. Equal bits on every device.
   */
  noise(kind: 'bits', options: NoiseOptions): Promise<Uint32Array>
  noise(kind: 'uniform' | 'exponential' | 'gumbel', options: NoiseOptions): Promise<Float32Array>

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
