import { type GpuSampler, createSampler } from 'gumbel-webgpu'

/** Records into a caller's encoder, where there is no DOM library. */
export async function record(device: GPUDevice, buffer: GPUBuffer): Promise<GPUCommandBuffer> {
  const sampler: GpuSampler = await createSampler({ device })
  const encoder = device.createCommandEncoder()
  sampler.encodeSample(encoder, { batchSize: 1, numClasses: 3, seed: 1, logits: { buffer }, indices: { buffer } })
  return encoder.finish()
}
