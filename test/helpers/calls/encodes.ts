import type { Sampler } from 'gumbel-webgpu'
import type { TestGpu } from '../gpu'
import { commonOptions, hostInputs } from './calls'

const { batchSize, numClasses, numSamples } = commonOptions()
const DRAWS = batchSize * numSamples

/** An encode form: its inputs, and how many words each of its outputs has. */
interface Encode {
  inputs: ('logits' | 'gradSamples' | 'samples' | 'indices')[]
  outputs: Record<string, number>
  encode(sampler: Sampler, encoder: GPUCommandEncoder, options: object): void
}

export const ENCODES: Record<string, Encode> = {
  encodeSample: {
    inputs: ['logits'],
    outputs: { indices: DRAWS, logProbs: DRAWS, scores: DRAWS, statuses: DRAWS },
    encode: (sampler, encoder, options) => sampler.encodeSample(encoder, options as never),
  },
  encodeGumbelSoftmax: {
    inputs: ['logits'],
    outputs: { samples: DRAWS * numClasses, indices: DRAWS, logProbs: DRAWS, statuses: DRAWS },
    encode: (sampler, encoder, options) => sampler.encodeGumbelSoftmax(encoder, options as never),
  },
  encodeGumbelSoftmaxBackward: {
    inputs: ['logits', 'gradSamples', 'samples'],
    outputs: {
      gradLogits: batchSize * numClasses,
      gradTau: batchSize,
      gradTemperature: batchSize,
      statuses: batchSize,
    },
    encode: (sampler, encoder, options) => sampler.encodeGumbelSoftmaxBackward(encoder, options as never),
  },
  encodeGumbelGivenIndex: {
    inputs: ['logits', 'indices'],
    outputs: { noise: DRAWS * numClasses, statuses: DRAWS },
    encode: (sampler, encoder, options) => sampler.encodeGumbelGivenIndex(encoder, options as never),
  },
}

/** Views of an encode form in buffers of their own. */
export function viewsOf(gpu: TestGpu, { inputs, outputs }: Encode): Record<string, { buffer: GPUBuffer }> {
  const host = hostInputs()
  return Object.fromEntries([
    ...inputs.map((name) => [name, { buffer: gpu.upload(host[name]) }]),
    ...Object.entries(outputs).map(([name, words]) => [name, { buffer: gpu.buffer(4 * words) }]),
  ])
}
