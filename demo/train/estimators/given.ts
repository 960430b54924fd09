/** Perturbed logits given the classes drawn, and their gradient. */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import * as tf from '@tensorflow/tfjs-core'
import type { Draw } from './estimator'

/**
 * Gumbel noise of logits `[examples, latents, classes]` given the classes drawn of them, `[examples, latents]`, as `gumbelGivenIndex` draws it: on
 * TensorFlow.js's device, in its buffers, or on the CPU.
 */
export async function noiseGiven(logits: tf.Tensor3D, indices: tf.Tensor, draw: Draw): Promise<tf.Tensor3D> {
  const { sampler } = draw.draws
  const { shape } = logits
  const { seed, step } = draw
  const options = { batchSize: shape[0] * shape[1], numClasses: shape[2], seed, step }
  if (!sampler.device) {
    const [data, classes] = await Promise.all([logits.data<'float32'>(), indices.data<'int32'>()])
    return tf.tensor3d((await sampler.gumbelGivenIndex(data, classes, options)).noise, shape)
  }
  const backend = tf.backend() as WebGPUBackend
  const viewOf = ({ dataId }: tf.TensorInfo) => {
    backend.uploadToGPU(dataId)
    return { buffer: backend.tensorMap.get(dataId).resource as GPUBuffer }
  }
  const noise = backend.makeTensorInfo(shape, 'float32')
  const encoder = backend.device.createCommandEncoder({ label: 'noise given classes' })
  const views = { logits: viewOf(logits), indices: viewOf(indices), noise: viewOf(noise) }
  sampler.encodeGumbelGivenIndex(encoder, { ...options, ...views })
  // What TensorFlow.js has recorded comes first: the logits are among it.
  backend.ensureCommandEncoderReady()
  backend.endComputePassEncoder()
  backend.submitQueue()
  backend.queue.submit([encoder.finish()])
  return tf.engine().makeTensorFromTensorInfo(noise) as tf.Tensor3D
}

/**
 * `logits + noise`, where noise is that of `noiseGiven` for these logits, differentiated as a function of the logits for fixed random words: the largest
 * score s is `log(sum(exp(logits))) + gumbel`, and each other `-log(exponential * exp(-logit) + exp(-s))`.
 */
export const scoresGiven = tf.customGrad((...args) => {
  const [logits, noise, save] = args as [tf.Tensor3D, tf.Tensor3D, tf.GradSaveFunc]
  const value = tf.add(logits, noise)
  save([logits, value])
  return {
    value,
    gradFunc(grad: tf.Tensor, saved: tf.Tensor[]) {
      const [logits, scores] = saved
      // How much of a class's score comes of the largest: 1 of itself.
      const shares = tf.exp(tf.sub(scores, tf.max(scores, -1, true)))
      const ofLargest = tf.sum(tf.mul(grad, shares), -1, true)
      const own = tf.mul(grad, tf.sub(1, shares))
      return [tf.add(tf.mul(tf.softmax(logits), ofLargest), own), tf.zerosLike(noise)]
    },
  }
}) as (logits: tf.Tensor3D, noise: tf.Tensor3D) => tf.Tensor3D
