import { createSampler } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { gpuTest } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'

/** Counts the submits without work of a device from here on, which have browsers look for finished work. */
function countNudges({ queue }: GPUDevice): { readonly nudges: number } {
  const count = { nudges: 0 }
  const submit = queue.submit.bind(queue)
  queue.submit = (commands) => {
    if ([...commands].length === 0) count.nudges++
    submit(commands)
  }
  return count
}

gpuTest('calls at once are nudged together, and nothing is once all are answered', async ({ device }) => {
  const count = countNudges(device)
  const sampler = await createSampler({ device })
  const data = randomLogits('normal', 2, 30, 1)
  const draw = (step: number) => sampler.sample(data, { batchSize: 2, numClasses: 30, seed: 2, step })
  const calls = 300
  await Promise.all(Array.from({ length: calls }, (_, step) => draw(step)))
  const { nudges } = count
  // Each for itself would nudge several times: a call takes as long as all of them.
  expect(nudges).toBeLessThan(calls)
  expect(nudges > 0).toBe(/Firefox|Chrome/.test(navigator.userAgent))
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(count.nudges).toBe(nudges)
  sampler.destroy()
})
