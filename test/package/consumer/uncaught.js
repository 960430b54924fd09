import { createSampler } from 'gumbel-webgpu'

const sampler = await createSampler({ backend: 'cpu' })
await sampler.sample(new Float32Array(3), { batchSize: 1, numClasses: 3, temperature: -1, seed: 1 })
