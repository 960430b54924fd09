import { createSampler } from 'gumbel-webgpu'

// Where nothing declares WebGPU's types, the rest is typed all the same.
const sampler = await createSampler({ backend: 'cpu' })
const { indices } = await sampler.sample(new Float32Array(3), { batchSize: 1, numClasses: 3, seed: 42n })
export const token: number = indices[0]

// @ts-expect-error numClasses is missing
await sampler.sample(new Float32Array(3), { batchSize: 1, seed: 1 })
