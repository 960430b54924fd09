import * as tf from '@tensorflow/tfjs-core'
import { type Draw, type Estimated, type Loss, constant, logProbOf, oneHotOf } from './estimator'
import { scoresGiven } from './given'

/**
 * REBAR (Tucker et al. 2017), unbiased: the score function's estimate less a control variate, the loss at samples relaxed given the classes drawn,
 * plus what that costs in expectation, in two terms that are differentiated through relaxed samples:
 *
 *     (loss(b) - eta * loss(y') - baseline) * gradient of log q(b) + eta * gradient of loss(y) - eta * gradient of loss(y')
 *
 * for the latents b drawn, y of the same noise relaxed, and y' of noise drawn anew given b. All latents of an example share one control variate. It is
 * unbiased with any eta, tau and baseline that do not know the draw.
 * @param control the loss again, of constant weights: the two terms of relaxed samples have a mean of 0 in the weights
 * @param noise of `noiseGiven` for the classes of this draw
 */
export function rebar(
  logits: tf.Tensor3D,
  loss: Loss,
  control: Loss,
  noise: tf.Tensor3D,
  draw: Draw,
  { eta = 1, baseline = 0 }: { eta?: number; baseline?: number } = {},
): Estimated {
  const { draws, seed, step, tau } = draw
  const indices = draws.categorical(logits, { seed, step })
  const latents = oneHotOf(indices, logits.shape[2])
  const losses = loss(latents)
  const relaxed = control(draws.gumbelSoftmax(logits, { seed, step, tau }))
  const given = control(tf.softmax(tf.div(scoresGiven(logits, noise), tau)))
  const advantages = constant(() => tf.sub(losses, tf.mul(eta, given)) as tf.Tensor1D)
  const score = tf.mul(tf.sub(advantages, baseline), logProbOf(latents, logits))
  const surrogate = tf.add(tf.add(losses, score), tf.mul(eta, tf.sub(relaxed, given))) as tf.Tensor1D
  return { surrogate, losses, indices, advantages }
}
