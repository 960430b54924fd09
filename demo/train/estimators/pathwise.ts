import type * as tf from '@tensorflow/tfjs-core'
import type { Draw, Estimated, Loss } from './estimator'

/**
 * The gradient of the loss at relaxed samples (Jang et al. 2017; Maddison et al. 2017), which is biased: it is that of another loss.
 * `hard` takes the loss at the one-hot samples, and its gradient there for that of the relaxed ones (straight-through).
 */
export function pathwise(logits: tf.Tensor3D, loss: Loss, draw: Draw, hard: boolean): Estimated {
  const { draws, seed, step, tau } = draw
  const losses = loss(draws.gumbelSoftmax(logits, { seed, step, tau, hard }))
  return { surrogate: losses, losses, indices: draws.categorical(logits, { seed, step }) }
}
