/** Training of the autoencoder, a step at a time: the same numbers for the same seed, whoever asks. */
import * as tf from '@tensorflow/tfjs-core'
import { philox4x32 } from 'gumbel-webgpu'
import type { TfSampler } from 'gumbel-webgpu/tfjs'
import { type Digits, PIXELS, meanDigitOf } from './digits'
import { EMPTY_DIGEST, digestOf } from './digest'
import type { Draw, Estimated, Loss } from './estimators/estimator'
import { noiseGiven } from './estimators/given'
import { pathwise } from './estimators/pathwise'
import { rebar } from './estimators/rebar'
import { reinforce } from './estimators/reinforce'
import { Model, type Weights, divergenceNats, reconstructionNats } from './model'
import type { Estimator } from './settings'

export const BATCH = 64
/** `first * max(least, exp(-step / steps))`: quick at first, so that some hundred steps show something, and slow enough to settle in long runs. */
const LEARNING_RATE = { first: 5e-3, least: 0.1, steps: 1000 }
/** In the first steps the divergence weighs `step / WARM_UP`: with all its weight from the start the latents fall silent. */
const WARM_UP = 200
/** As in the paper: `max(least, exp(-rate * step))`, brought up to date every so many steps. */
const TAU = { least: 0.5, rate: 1e-4, every: 500 }
/** Of REBAR's control variate, which is best where its relaxed samples are near to one-hot. */
const REBAR_TAU = 0.3
/** How fast a baseline follows the mean advantage. */
const BASELINE_RATE = 0.1

export interface TrainingOptions {
  estimator: Estimator
  seed: number
  digits: Digits
  draws: TfSampler
}

export interface StepReport {
  /** From 0. */
  step: number
  /** Of relaxed samples, where the estimator has any. */
  tau: number | undefined
  /** Means of the batch in nats, at the latents that the estimator used. */
  reconstruction: number
  divergence: number
}

/** Images of digits by their numbers, `[images, PIXELS]`. */
export function imagesOf({ pixels }: Digits, numbers: readonly number[]): tf.Tensor2D {
  const data = new Float32Array(numbers.length * PIXELS)
  numbers.forEach((number, i) => data.set(pixels.subarray(number * PIXELS, (number + 1) * PIXELS), i * PIXELS))
  return tf.tensor2d(data, [numbers.length, PIXELS])
}

export function tauAt(step: number): number {
  const { least, rate, every } = TAU
  return Math.max(least, Math.exp(-rate * Math.floor(step / every) * every))
}

function rateAt(step: number): number {
  const { first, least, steps } = LEARNING_RATE
  return first * Math.max(least, Math.exp(-step / steps))
}

/** Adam (Kingma and Ba 2015), whose rate may change. */
class Adam extends tf.AdamOptimizer {
  constructor() {
    super(LEARNING_RATE.first, 0.9, 0.999)
  }

  set rate(rate: number) {
    this.learningRate = rate
  }
}

export class Training {
  readonly model: Model
  readonly options: TrainingOptions
  readonly #optimizer = new Adam()
  #steps = 0
  #digest = EMPTY_DIGEST
  #baseline = 0

  constructor(options: TrainingOptions) {
    this.options = options
    this.model = new Model(options.seed, meanDigitOf(options.digits))
  }

  /** How many were made. */
  get steps(): number {
    return this.#steps
  }

  /** Of all classes drawn, in their order. */
  get digest(): number {
    return this.#digest
  }

  /** Goes on from a training that made so many steps. */
  resumeAt(steps: number, digest: number): void {
    this.#steps = steps
    this.#digest = digest
  }

  /** Trains on one batch. */
  async step(): Promise<StepReport> {
    const { seed, digits, draws, estimator } = this.options
    const step = this.#steps
    const tau = estimator === 'rebar' ? REBAR_TAU : tauAt(step)
    const draw: Draw = { draws, seed, step, tau }
    const images = imagesOf(digits, batchOf(seed, step, digits.count))
    const ahead = estimator === 'rebar' ? await this.#ahead(images, draw) : undefined
    const kept: tf.Tensor[] = []
    const surrogate = (): tf.Scalar => {
      const logits = this.model.encode(images)
      const { surrogate, losses, indices, advantages } = this.#estimate(images, logits, draw, ahead)
      const divergence = divergenceNats(logits)
      const means = [losses, divergence, advantages ?? tf.scalar(0)].map((each) => tf.mean(each))
      kept.push(...[indices, ...means].map((each) => tf.keep(each)))
      return tf.mean(tf.add(surrogate, tf.mul(divergence, Math.min(1, step / WARM_UP))))
    }
    this.#optimizer.rate = rateAt(step)
    this.#optimizer.minimize(surrogate, false, this.model.variables)
    const [indices, [reconstruction], [divergence], [advantage]] = await Promise.all(kept.map((each) => each.data()))
    tf.dispose([images, ...kept, ...(ahead ? [ahead.noise, ...ahead.weights] : [])])
    this.#steps++
    this.#digest = digestOf(indices, this.#digest)
    this.#baseline += BASELINE_RATE * (advantage - this.#baseline)
    return { step, tau: estimator === 'reinforce' ? undefined : tau, reconstruction, divergence }
  }

  /** What REBAR needs before its gradient is taken: noise given the classes of this draw, and the decoder's weights as constants. */
  async #ahead(images: tf.Tensor, draw: Draw): Promise<{ noise: tf.Tensor3D; weights: Weights }> {
    const weights = this.model.decoder.map((each) => tf.clone(each))
    const logits = tf.tidy(() => this.model.encode(images))
    const indices = draw.draws.categorical(logits, { seed: draw.seed, step: draw.step })
    const noise = await noiseGiven(logits, indices, draw)
    tf.dispose([logits, indices])
    return { noise, weights }
  }

  #estimate(
    images: tf.Tensor,
    logits: tf.Tensor3D,
    draw: Draw,
    ahead: { noise: tf.Tensor3D; weights: Weights } | undefined,
  ): Estimated {
    const lossOf =
      (weights?: Weights): Loss =>
      (latents) =>
        reconstructionNats(images, this.model.decode(latents, weights))
    const baseline = this.#baseline
    if (ahead) return rebar(logits, lossOf(), lossOf(ahead.weights), ahead.noise, draw, { baseline })
    const { estimator } = this.options
    if (estimator === 'reinforce') return reinforce(logits, lossOf(), draw, baseline)
    return pathwise(logits, lossOf(), draw, estimator === 'straight-through')
  }

  dispose(): void {
    this.model.dispose()
    this.#optimizer.dispose()
  }
}

/** The digits of a batch by their numbers, drawn with replacement. */
function batchOf(seed: number, step: number, count: number): number[] {
  return Array.from({ length: BATCH }, (_, i) => philox4x32([step, i, 0, 0], [seed, 1])[0] % count)
}
