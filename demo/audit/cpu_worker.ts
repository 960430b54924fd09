/** The CPU backend in a worker. */
import { createSampler } from 'gumbel-webgpu'
import type { Answer, Question } from './cpu'

const made = createSampler({ backend: 'cpu' })

addEventListener('message', async ({ data: { id, method, args } }: MessageEvent<Question>) => {
  let answer: Answer
  try {
    const sampler = await made
    const call = sampler[method] as (...args: unknown[]) => Promise<unknown>
    answer = { id, result: await call.apply(sampler, args) }
  } catch (error) {
    answer = { id, error: error instanceof Error ? error.message : String(error) }
  }
  postMessage(answer)
})
