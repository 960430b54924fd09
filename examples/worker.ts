/** Draws in a module worker, which has WebGPU as pages have it: one sampler for all messages. */
import { createSampler } from 'gumbel-webgpu'

export interface Request {
  logits: Float32Array<ArrayBuffer>
  numClasses: number
  temperature: number
  seed: bigint
  step: number
}

export interface Drawn {
  backend: 'webgpu' | 'cpu'
  indices: Int32Array<ArrayBuffer>
}

const made = createSampler()

addEventListener('message', async ({ data: { logits, ...options } }: MessageEvent<Request>) => {
  const sampler = await made
  const { indices } = await sampler.sample(logits, options)
  postMessage({ backend: sampler.backend, indices } satisfies Drawn)
})
