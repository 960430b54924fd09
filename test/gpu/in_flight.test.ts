import { DeviceError, type SampleCallOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { expectSame } from '../helpers/compare'
import { gpuTest } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'

const cpu = await createSampler({ backend: 'cpu' })

describe('calls in flight', () => {
  gpuTest('100 at once, of many shapes, are all right', async ({ sampler, upload }) => {
    const random = new Random(1)
    const calls = Array.from({ length: 100 }, (_, i) => {
      const batchSize = random.pick([1, 7, 100])
      const numClasses = random.pick([10, 900, 6000])
      const data = randomLogits('normal', batchSize, numClasses, i)
      const temperature = random.pick([1, Array.from({ length: batchSize }, () => random.uniform())])
      const options: SampleCallOptions = {
        batchSize,
        numClasses,
        seed: random.seed(),
        temperature,
        scores: i % 2 === 0,
      }
      return { data, logits: i % 3 === 0 ? { buffer: upload(data) } : data, options }
    })
    const results = await Promise.all(calls.map(({ logits, options }) => sampler.sample(logits, options)))
    for (const [i, { data, options }] of calls.entries()) {
      const expected = await cpu.sample(data, options)
      expectSame(results[i].indices, expected.indices, `call ${i}: indices`)
      if (options.scores) expectSame(results[i].scores, expected.scores, `call ${i}: scores`)
    }
  })

  gpuTest('one that is refused leaves its neighbours alone', async ({ sampler, buffer }) => {
    const data = randomLogits('normal', 5, 40, 2)
    const options = { batchSize: 5, numClasses: 40, seed: 3 }
    const destroyed = buffer(5 * 40 * 4)
    destroyed.destroy()
    const invalid = data.slice().fill(NaN, 0, 40)
    const results = await Promise.allSettled([
      sampler.sample(data, options),
      sampler.sample({ buffer: destroyed }, options),
      sampler.sample(invalid, options),
      sampler.sample(data, { ...options, batchSize: 6 }),
      sampler.sample(data, options),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected', 'fulfilled'])
    const reasons = results.map((each) => (each.status === 'rejected' ? (each.reason as Error).name : ''))
    expect(reasons).toEqual(['', 'DeviceError', 'InvalidRowsError', 'RangeError', ''])
    const { indices } = await cpu.sample(data, options)
    for (const each of [results[0], results[4]])
      if (each.status === 'fulfilled') expectSame(each.value.indices, indices, 'indices')
  })

  gpuTest('have their logits when the call returns: the caller may change them at once', async (gpu) => {
    const { device, sampler, upload } = gpu
    const data = randomLogits('normal', 30, 500, 4)
    const options = { batchSize: 30, numClasses: 500, seed: 5, temperature: new Float32Array(30).fill(0.5) }
    const expected = (await cpu.sample(data, options)).indices
    const array = data.slice()
    const buffer = upload(data)
    const calls = [sampler.sample(array, options), sampler.sample({ buffer }, options)]
    array.fill(0)
    options.temperature.fill(9)
    device.queue.writeBuffer(buffer, 0, array)
    for (const { indices } of await Promise.all(calls)) expectSame(indices, expected, 'indices')
  })

  gpuTest('10,000 small ones make a bounded number of buffers', async (gpu) => {
    const { device } = gpu
    const create = device.createBuffer.bind(device)
    let created = 0
    let alive = 0
    // The real device makes and destroys them; they are only counted on the way.
    device.createBuffer = (descriptor) => {
      const buffer = create(descriptor)
      const destroy = buffer.destroy.bind(buffer)
      created++
      alive++
      buffer.destroy = () => {
        alive--
        destroy()
      }
      return buffer
    }
    try {
      const sampler = await createSampler({ device })
      const data = randomLogits('normal', 2, 30, 6)
      for (let step = 0; step < 10_000; step += 20) {
        const options = { batchSize: 2, numClasses: 30, seed: 7, temperature: [1, 2] }
        const calls = Array.from({ length: 20 }, (_, i) => sampler.sample(data, { ...options, step: step + i }))
        const results = await Promise.all(calls)
        expect(results.length).toBe(20)
      }
      // 20 to read back through, one a call in flight, and the sampler's own.
      expect(created).toBeLessThan(40)
      expect(alive).toBe(created)
      sampler.destroy()
      expect(alive).toBe(0)
    } finally {
      device.createBuffer = create
    }
  })
})

describe('destroy', () => {
  gpuTest(
    'refuses later calls, twice does nothing, and leaves the device to the caller',
    async ({ device, sampler }) => {
      const options = { batchSize: 1, numClasses: 3, seed: 1 }
      const data = Float32Array.of(1, 2, 3)
      const other = await createSampler({ device })
      const { indices } = await other.sample(data, options)
      other.destroy()
      other.destroy()
      const message = 'this sampler was destroyed; make another with createSampler()'
      await expect(other.sample(data, options)).rejects.toThrow(new DeviceError(message))
      await expect(other.noise('bits', options)).rejects.toThrow(message)
      const encoder = device.createCommandEncoder()
      expect(() => other.encodeSample(encoder, { ...options, logits: data, indices: {} } as never)).toThrow(message)
      expectSame((await sampler.sample(data, options)).indices, indices, 'indices')
    },
  )

  gpuTest('destroys a device that is the sampler’s own', async () => {
    const own = await createSampler({ backend: 'webgpu' })
    expect(own.backend).toBe('webgpu')
    own.destroy()
    expect((await own.device!.lost).reason).toBe('destroyed')
  })
})
