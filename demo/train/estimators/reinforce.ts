import * as tf from '@tensorflow/tfjs-core'
import { type Draw, type Estimated, type Loss, constant, logProbOf, oneHotOf } from './estimator'

/**
 * `(loss - baseline) * gradient of log q(latents)`, the score function's estimate (Williams 1992). It is unbiased with any baseline that does not know the
 * draw, and noisy: it asks of a draw only how well it did. The baseline of an example is its loss at the classes' probabilities, which knows how hard
 * the example is (Gu et al. 2016), and a number.
 */
export function reinforce(logits: tf.Tensor3D, loss: Loss, draw: Draw, baseline = 0): Estimated {
  const { draws, seed, step } = draw
  const indices = draws.categorical(logits, { seed, step })
  const latents = oneHotOf(indices, logits.shape[2])
  const losses = loss(latents)
  const advantages = constant(() => tf.sub(losses, loss(tf.softmax(logits))) as tf.Tensor1D)
  const score = tf.mul(tf.sub(advantages, baseline), logProbOf(latents, logits))
  return { surrogate: tf.add(losses, score) as tf.Tensor1D, losses, indices, advantages }
}
