/** Results are arrays over buffers of their own, which fit what WebGPU and the platform take. */
import type { Sampler } from 'gumbel-webgpu'

export async function results(sampler: Sampler, logits: Float32Array, queue: GPUQueue, buffer: GPUBuffer) {
  const options = { batchSize: 1, numClasses: 3, seed: 1 }
  const drawn = await sampler.sample(logits, { ...options, logProbs: true, scores: true })
  const indices: Int32Array<ArrayBuffer> = drawn.indices
  const logProbs: Float32Array<ArrayBuffer> | undefined = drawn.logProbs
  const scores: Float32Array<ArrayBuffer> | undefined = drawn.scores
  queue.writeBuffer(buffer, 0, drawn.indices)

  const soft = await sampler.gumbelSoftmax(logits, options)
  const samples: Float32Array<ArrayBuffer> = soft.samples
  const softIndices: Int32Array<ArrayBuffer> = soft.indices
  const softLogProbs: Float32Array<ArrayBuffer> | undefined = soft.logProbs
  queue.writeBuffer(buffer, 0, soft.samples)

  const logs: Float32Array<ArrayBuffer> = (await sampler.gumbelSoftmax(logits, { ...options, logSamples: true }))
    .logSamples
  // @ts-expect-error: log-samples stand in the place of samples.
  const none = (await sampler.gumbelSoftmax(logits, { ...options, logSamples: true })).samples
  // @ts-expect-error: hard samples have no logarithms.
  await sampler.gumbelSoftmax(logits, { ...options, logSamples: true, hard: true })
  const gradients = await sampler.gumbelSoftmaxBackward(soft.samples, logits, options)
  const gradLogits: Float32Array<ArrayBuffer> = gradients.gradLogits
  const gradTau: Float32Array<ArrayBuffer> | undefined = gradients.gradTau
  const gradTemperature: Float32Array<ArrayBuffer> | undefined = gradients.gradTemperature
  queue.writeBuffer(buffer, 0, gradients.gradLogits)

  const densities: Float32Array<ArrayBuffer> = await sampler.concreteLogProb(soft.samples, logits, options)
  const posterior: Float32Array<ArrayBuffer> = (await sampler.gumbelGivenIndex(logits, drawn.indices, options)).noise
  const bits: Uint32Array<ArrayBuffer> = await sampler.noise('bits', options)
  const noise: Float32Array<ArrayBuffer> = await sampler.noise('gumbel', options)
  queue.writeBuffer(buffer, 0, noise)

  const reals = [logProbs, scores, softLogProbs, gradTau, gradTemperature].filter((each) => each !== undefined)
  return new Blob([indices, samples, logs, none, softIndices, gradLogits, densities, posterior, bits, noise, ...reals])
}
