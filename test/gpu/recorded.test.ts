import { type SampleOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { countBuffers } from '../helpers/buffer_count'
import { expectSame } from '../helpers/compare'
import { type TestGpu, gpuTest, testDevice } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'

const cpu = await createSampler({ backend: 'cpu' })
const count = countBuffers(await testDevice())
/** What buffers of params and marks may be live: those of five pages. */
const FEW = 10
/** Classes of a row that is past the default limit of a binding. */
const LONG = 40_000_000

interface Recording {
  options: SampleOptions
  indices: GPUBuffer
  commands: GPUCommandBuffer
}

/** Records draws with the same logits, one an encoder; the index of each goes to a word of its own. */
function recorder({ device, sampler, upload, buffer }: TestGpu, data: Float32Array<ArrayBuffer>, batchSize: number) {
  const logits = { buffer: upload(data) }
  const numClasses = data.length / batchSize
  return (step: number, seed: number | number[]): Recording => {
    const options = { batchSize, numClasses, step, seed }
    const indices = buffer(4 * batchSize)
    const encoder = device.createCommandEncoder()
    sampler.encodeSample(encoder, { ...options, logits, indices: { buffer: indices } })
    return { options, indices, commands: encoder.finish() }
  }
}

describe('what recordings keep', () => {
  for (const [what, seed] of [
    ['one seed', 1],
    ['a seed a row', [1, 2, 3]],
  ] as const)
    gpuTest(`is used again once they have run: 2,000 with ${what} need few buffers, and draw right`, async (gpu) => {
      const { device, sampler, read } = gpu
      const data = randomLogits('normal', 3, 50, 1)
      const logits = { buffer: gpu.upload(data) }
      const indices = gpu.buffer(4 * 3)
      const before = count.buffers
      const most = { buffers: 0, bytes: 0 }
      for (let step = 0; step < 2000; step++) {
        const options = { batchSize: 3, numClasses: 50, step, seed }
        const encoder = device.createCommandEncoder()
        sampler.encodeSample(encoder, { ...options, logits, indices: { buffer: indices } })
        device.queue.submit([encoder.finish()])
        if (step % 100 < 99) continue
        const drawn = new Int32Array(await read(indices))
        expectSame(drawn, (await cpu.sample(data, options)).indices, `step ${step}`)
        most.buffers = Math.max(most.buffers, count.buffers - before)
      }
      // Row parameters of up to 256 recordings go with their page.
      const rowParams = typeof seed === 'number' ? 0 : 5 * 256
      expect(most.buffers).toBeLessThan(FEW + rowParams)
    })

  gpuTest('has a bound in bytes where row parameters are large', async ({ device, sampler, upload, buffer, read }) => {
    const batchSize = 24_000
    const data = randomLogits('normal', batchSize, 3, 2)
    const logits = { buffer: upload(data) }
    const indices = buffer(4 * batchSize)
    const seed = Array.from({ length: batchSize }, (_, row) => row)
    const before = count.bytes
    for (let step = 0; step < 40; step++) {
      const encoder = device.createCommandEncoder()
      sampler.encodeSample(encoder, { batchSize, numClasses: 3, step, seed, logits, indices: { buffer: indices } })
      device.queue.submit([encoder.finish()])
      if (step % 10 === 9) await device.queue.onSubmittedWorkDone()
    }
    const drawn = new Int32Array(await read(indices))
    expectSame(drawn, (await cpu.sample(data, { batchSize, numClasses: 3, step: 39, seed })).indices, 'the last')
    // 960 kB each: two fill a page.
    expect(count.bytes - before).toBeLessThan(15 * 40 * batchSize)
  })

  gpuTest('stays for those that are submitted late, whatever was recorded and run meanwhile', async (gpu) => {
    const { device, read } = gpu
    const data = randomLogits('normal', 3, 50, 3)
    const record = recorder(gpu, data, 3)
    const late: Recording[] = []
    for (let step = 0; step < 3000; step++) {
      const recording = record(step, step % 2 === 0 ? 4 : [5, 6, 7])
      if (step % 250 === 125) late.push(recording)
      else device.queue.submit([recording.commands])
      if (step % 100 === 99) await device.queue.onSubmittedWorkDone()
    }
    expect(late).toHaveLength(12)
    device.queue.submit(late.toReversed().map(({ commands }) => commands))
    for (const { options, indices } of late)
      expectSame(
        new Int32Array(await read(indices)),
        (await cpu.sample(data, options)).indices,
        `step ${options.step}, submitted late`,
      )
  })

  gpuTest('is freed with the sampler, also what was never submitted', async ({ device, upload, buffer }) => {
    const logits = { buffer: upload(randomLogits('normal', 3, 50, 4)) }
    const indices = buffer(12)
    const before = count.buffers
    const sampler = await createSampler({ device })
    const options = { batchSize: 3, numClasses: 50, seed: [1, 2, 3], logits, indices: { buffer: indices } }
    for (let step = 0; step < 600; step++) {
      const encoder = device.createCommandEncoder()
      sampler.encodeSample(encoder, { ...options, step })
      if (step % 2 === 0) device.queue.submit([encoder.finish()])
    }
    expect(count.buffers - before).toBeGreaterThan(600)
    await device.queue.onSubmittedWorkDone()
    sampler.destroy()
    expect(count.buffers).toBe(before)
  })

  gpuTest(
    'is nothing where the call is refused',
    async ({ device, sampler, buffer }) => {
      const counted = countBuffers(device)
      const logits = { buffer: buffer(4 * LONG) }
      const samples = { buffer: buffer(4 * LONG) }
      const before = counted.buffers
      const options = { batchSize: 1, numClasses: LONG, seed: [1], logits, samples }
      const encoder = device.createCommandEncoder()
      expect(() => sampler.encodeGumbelSoftmax(encoder, options)).toThrow(
        `numClasses is ${LONG}; a row of logits must fit`,
      )
      expect(counted.buffers).toBe(before)
    },
    'plain',
  )
})
