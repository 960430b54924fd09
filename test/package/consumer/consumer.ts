import {
  DeviceError,
  type GumbelSoftmaxResult,
  InvalidRowsError,
  type Sampler,
  type SamplerOptions,
  createSampler,
  philox4x32,
} from 'gumbel-webgpu'

const backend: SamplerOptions['backend'] = 'cpu'
const sampler: Sampler = await createSampler({ backend })
const options = { batchSize: 1, numClasses: 3, seed: 42n }

/** Records into a caller's encoder, on the caller's device. */
export async function record(device: GPUDevice, buffer: GPUBuffer): Promise<GPUCommandBuffer> {
  const own = await createSampler({ device })
  const encoder = device.createCommandEncoder()
  own.encodeSample(encoder, { ...options, logits: { buffer, offset: 3 }, indices: { buffer, type: 'int64' } })
  return encoder.finish()
}

try {
  const { indices, scores } = await sampler.sample(new Float32Array(3), { ...options, scores: true })
  const soft: GumbelSoftmaxResult = await sampler.gumbelSoftmax({ data: new Float32Array(3) }, { ...options, tau: 0.5 })
  const words: Uint32Array = await sampler.noise('bits', options)
  const values: Float32Array = await sampler.noise('gumbel', options)
  console.log(indices.length, scores?.length, soft.samples.length, words.length, values.length)
} catch (error) {
  if (error instanceof InvalidRowsError) console.log(error.rows[0].reason === 'nan', error.rows[0].row)
  if (error instanceof DeviceError) console.log(error.message)
}

export const block: Uint32Array = philox4x32([0, 0, 0, 0], [0, 0])

// @ts-expect-error a device is a GPUDevice
await createSampler({ device: 1 })
// @ts-expect-error the backend has another name
await createSampler({ backend: 'gpu' })
// @ts-expect-error numClasses is missing
await sampler.sample(new Float32Array(3), { batchSize: 1, seed: 1 })
// @ts-expect-error an option that there is not
await sampler.sample(new Float32Array(3), { ...options, topN: 3 })
