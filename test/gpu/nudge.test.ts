import { createSampler } from 'gumbel-webgpu'
import { expect, test } from 'vitest'
import { settledByQueue } from '../../src/gpu/nudge'
import { gpuTest } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'

/** Whether this is a browser, whose finished work is asked for by submits without work. */
const NUDGES = /Firefox|Chrome/.test(navigator.userAgent)

gpuTest('calls are nudged, and nothing is once all are answered', async ({ device }) => {
  const { queue } = device
  const submit = queue.submit.bind(queue)
  const { mapAsync } = GPUBuffer.prototype
  let nudges = 0
  let nudged = () => {}
  // No call is answered before a nudge, however long that takes.
  const firstNudge = NUDGES ? new Promise<void>((resolve) => (nudged = resolve)) : undefined
  queue.submit = (commands) => {
    if ([...commands].length === 0) {
      nudges++
      nudged()
    }
    submit(commands)
  }
  GPUBuffer.prototype.mapAsync = async function (...args) {
    await mapAsync.apply(this, args)
    await firstNudge
  }
  try {
    const sampler = await createSampler({ device })
    const data = randomLogits('normal', 2, 30, 1)
    const draw = (step: number) => sampler.sample(data, { batchSize: 2, numClasses: 30, seed: 2, step })
    await Promise.all(Array.from({ length: 30 }, (_, step) => draw(step)))
    const answered = nudges
    expect(answered > 0).toBe(NUDGES)
    // In the time that the device takes to say so, nudges would go on.
    for (let turn = 0; turn < 10; turn++) await queue.onSubmittedWorkDone()
    expect(nudges).toBe(answered)
    sampler.destroy()
  } finally {
    GPUBuffer.prototype.mapAsync = mapAsync
    queue.submit = submit
  }
})

test('promises at once are nudged together', async () => {
  const count = 300
  let nudges = 0
  let finish = () => {}
  const finished = new Promise<void>((resolve) => (finish = resolve))
  const submit = () => {
    // A timer's turn comes after the first few nudges of one nudger, or of as many as there are promises.
    if (nudges++ === 0) setTimeout(finish)
  }
  const queue = { submit } as unknown as GPUQueue
  if (!NUDGES) setTimeout(finish)
  await Promise.all(
    Array.from({ length: count }, () =>
      settledByQueue(
        queue,
        finished.then(() => {}),
      ),
    ),
  )
  expect(nudges > 0).toBe(NUDGES)
  expect(nudges).toBeLessThan(count / 10)
})
