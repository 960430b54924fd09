/** What an estimator of a gradient through draws is given, and what it gives. */
import * as tf from '@tensorflow/tfjs-core'
import type { TfSampler } from 'gumbel-webgpu/tfjs'

/** The loss of each example in nats, `[examples]`, at latents `[examples, latents, classes]` that are one-hot or relaxed. */
export type Loss = (latents: tf.Tensor3D) => tf.Tensor1D

/** One draw of the latents of a batch. */
export interface Draw {
  draws: TfSampler
  seed: number
  step: number
  /** Of relaxed samples. */
  tau: number
}

export interface Estimated {
  /** Of each example, `[examples]`: its gradient is the estimate, its value means nothing. */
  surrogate: tf.Tensor1D
  /** The loss of each example at the latents that the estimator used, `[examples]`. */
  losses: tf.Tensor1D
  /** The classes drawn, int32, `[examples, latents]`. */
  indices: tf.Tensor
  /** How much the loss of each example is above what was expected of it, `[examples]`, where the estimator weighs draws by that. */
  advantages?: tf.Tensor1D
}

/** What `make` makes, of which nothing is differentiated. */
export function constant<T extends tf.Tensor>(make: () => T): T {
  return tf.customGrad<T>(() => ({ value: make(), gradFunc: () => [] }))()
}

export function oneHotOf(indices: tf.Tensor, classes: number): tf.Tensor3D {
  return tf.oneHot(indices, classes, 1, 0, 'float32') as tf.Tensor as tf.Tensor3D
}

/** The log-probability of the latents drawn, `[examples]`. */
export function logProbOf(latents: tf.Tensor3D, logits: tf.Tensor3D): tf.Tensor1D {
  return tf.sum(tf.mul(latents, tf.logSoftmax(logits)), [1, 2])
}
