/** Options may be undefined, as where a caller hands on his own, under exactOptionalPropertyTypes. */
import { type DeviceError, type Sampler, createSampler } from 'gumbel-webgpu'

interface Settings {
  temperature: number | undefined
  tau: number[] | undefined
  hard: boolean | undefined
  tail: 'standard' | 'extended' | undefined
  numSamples: number | undefined
  step: number | undefined
  streams: Uint32Array | undefined
  streamOffset: number | undefined
  invalidRows: 'reject' | 'mark' | undefined
}

interface View {
  buffer: GPUBuffer
  offset: number | undefined
  rowStride: number | undefined
}

export async function undefinedOptions(
  sampler: Sampler,
  encoder: GPUCommandEncoder,
  settings: Settings,
  view: View,
  wanted: boolean | undefined,
  output: { buffer: GPUBuffer; offset: number | undefined } | undefined,
) {
  const host = { data: new Float32Array(3), offset: view.offset, rowStride: view.rowStride }
  const options = { batchSize: 1, numClasses: 3, seed: 1n, classOffset: undefined as number | undefined }
  const all = { ...options, ...settings }
  const { classOffset: _, ...withoutOffset } = all
  await sampler.sample(host, {
    ...all,
    logProbs: wanted,
    scores: wanted,
    topLogProbs: view.offset,
    replacement: wanted,
  })
  await sampler.gumbelSoftmax(view, { ...all, logProbs: wanted })
  const gradients = { gradTau: wanted, gradTemperature: wanted, samples: undefined as View | undefined }
  await sampler.gumbelSoftmaxBackward(host, view, { ...all, ...gradients })
  await sampler.concreteLogProb(host, host, withoutOffset)
  await sampler.gumbelGivenIndex(host, { buffer: view.buffer, offset: view.offset }, all)
  await sampler.noise('bits', all)
  await sampler.verify({
    words: undefined as number | undefined,
    onProgress: undefined as ((words: number) => void) | undefined,
    signal: undefined as AbortSignal | undefined,
  })

  const indices = { ...view, type: undefined as 'int32' | 'int64' | undefined }
  const outputs = { logProbs: output, statuses: output }
  const lengths = view.offset
  const tokens = { ...view, length: 4 }
  const factors = { lengths, promptLengths: lengths, repetition: lengths, frequency: lengths, presence: lengths }
  const rows = { bitmask: wanted ? view : undefined, bias: wanted ? view : undefined }
  const penalties = wanted ? { tokens, ...factors } : undefined
  await sampler.sample(host, { ...all, ...rows, penalties })
  await sampler.sample(host, { ...all, bias: { ...host }, bitmask: { ...view, data: new Uint32Array(1) } })
  sampler.encodeSample(encoder, { ...all, ...rows, penalties, logits: view, indices, scores: output, ...outputs })
  const samples = { ...view, type: undefined as 'float32' | 'float16' | undefined }
  sampler.encodeGumbelSoftmax(encoder, { ...all, logits: view, samples, indices: output, ...outputs })
  sampler.encodeGumbelSoftmaxBackward(encoder, {
    ...all,
    logits: view,
    gradSamples: view,
    samples: undefined as View | undefined,
    gradLogits: view,
    gradTau: output,
    gradTemperature: output,
    statuses: output,
  })
  const given = { buffer: view.buffer, offset: view.offset }
  sampler.encodeGumbelGivenIndex(encoder, { ...all, logits: view, indices: given, noise: view, statuses: output })

  await createSampler({
    backend: undefined as 'auto' | 'cpu' | undefined,
    selfCheck: undefined as boolean | undefined,
    onBackendChange: undefined as ((backend: 'cpu', error: DeviceError) => void) | undefined,
  })
}
