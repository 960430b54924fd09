/**
 * Draws and gradients of arrays of jax-js (`@jax-js/jax` 0.1.25), on its own WebGPU device.
 *
 * Its public interface gives a buffer of an array, so that logits and gradients are read where they are. It does not allow two things:
 *
 * - An array of a buffer. What this library makes reaches jax-js through host memory, `np.array(values)`: samples and gradients of logits,
 *   `[batchSize, numClasses]`. Drawn ids need not: they stay in a buffer, for whoever reads it on the same device.
 * - A gradient of one's own. `grad` cannot see through this library's draw, so `relaxedGradients` joins two `vjp` by hand. jax-js has no
 *   second-order gradient of that, nor can it be inside `jit`.
 *
 * Where noise alone is wanted, `noisyGradients` is simpler: the noise is a constant to jax-js, which makes the softmax and its
 * gradient itself.
 *
 * A function of jax-js frees what it is given; `.ref` keeps an array that is used again. `gpuBuffer()` is such a function: the buffer is
 * the array's, which must live until the work that reads the buffer is submitted.
 */
import { defaultDevice, getWebGPUDevice, grad, init, nn, numpy as np, vjp } from '@jax-js/jax'
import { type GumbelSoftmaxCallOptions, type NoiseOptions, type Sampler, createSampler } from 'gumbel-webgpu'

/** What a draw needs beside its logits. */
export type Draw = Pick<NoiseOptions, 'seed' | 'step'>
export interface RelaxedDraw extends Draw, Pick<GumbelSoftmaxCallOptions, 'hard'> {
  tau: number
}

/**
 * A sampler on the device of jax-js, whose default device becomes WebGPU.
 * @throws Error where there is none
 */
export async function jaxSampler(): Promise<Sampler> {
  const devices = await init('webgpu')
  if (!devices.includes('webgpu')) throw new Error('jax-js has no WebGPU backend here')
  defaultDevice('webgpu')
  return createSampler({ device: getWebGPUDevice() })
}

/** Draws a class of each row of `logits`, `[batchSize, numClasses]`: int32 ids in a buffer of the caller's, who destroys it. */
export async function drawIds(sampler: Sampler, logits: np.Array, draw: Draw): Promise<GPUBuffer> {
  const [batchSize, numClasses] = logits.shape
  const device = getWebGPUDevice()
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC
  const ids = device.createBuffer({ label: 'ids', size: 4 * batchSize, usage })
  // All that makes the logits has been submitted when this resolves.
  const buffer = await logits.ref.gpuBuffer()
  const encoder = device.createCommandEncoder()
  sampler.encodeSample(encoder, { ...draw, batchSize, numClasses, logits: { buffer }, indices: { buffer: ids } })
  device.queue.submit([encoder.finish()])
  logits.dispose()
  return ids
}

/** Two networks with a discrete choice between them. */
export interface Model {
  /** Logits, `[batchSize, numClasses]`, of the weights. */
  logitsOf(weights: np.Array): np.Array
  /** The loss, a scalar, of samples of the logits' shape. */
  lossOf(samples: np.Array): np.Array
}

export interface Gradients {
  loss: np.Array
  /** The gradient of the loss in the weights. */
  weights: np.Array
}

/**
 * The loss of one relaxed sample a row, and its gradient in the weights: jax-js's forward up to the logits, this library's sample, jax-js's
 * loss, and the three backwards in turn. With `hard` it is the straight-through gradient.
 */
export async function relaxedGradients(
  sampler: Sampler,
  { logitsOf, lossOf }: Model,
  weights: np.Array,
  draw: RelaxedDraw,
): Promise<Gradients> {
  const [logits, toWeights] = vjp(logitsOf, [weights])
  const { shape } = logits
  const options = { ...draw, batchSize: shape[0], numClasses: shape[1] }
  const logitsView = { buffer: await logits.ref.gpuBuffer() }
  const { samples } = await sampler.gumbelSoftmax(logitsView, options)

  const [loss, toSamples] = vjp(lossOf, [np.array(samples, { shape })])
  const [gradSamples] = toSamples(np.array(1))
  const gradView = { buffer: await gradSamples.ref.gpuBuffer() }
  // The same options make the same noise again; soft samples, which are at hand, save that.
  const kept = draw.hard ? undefined : samples
  const { gradLogits } = await sampler.gumbelSoftmaxBackward(gradView, logitsView, { ...options, samples: kept })

  const [gradWeights] = toWeights(np.array(gradLogits, { shape }))
  for (const each of [logits, gradSamples, toSamples, toWeights]) each.dispose()
  return { loss, weights: gradWeights }
}

/** The same, soft, with this library's noise as a constant and all else in jax-js. */
export async function noisyGradients(
  sampler: Sampler,
  { logitsOf, lossOf }: Model,
  weights: np.Array,
  { seed, step, tau }: RelaxedDraw,
): Promise<np.Array> {
  // Arrays are lazy: this computes no logits.
  const logits = logitsOf(weights.ref)
  const [batchSize, numClasses] = logits.shape
  logits.dispose()
  const noise = await sampler.noise('gumbel', { seed, step, batchSize, numClasses })
  const loss = (w: np.Array, g: np.Array) => lossOf(nn.softmax(logitsOf(w).add(g).div(tau), -1))
  return grad(loss)(weights, np.array(noise, { shape: [batchSize, numClasses] }))
}
