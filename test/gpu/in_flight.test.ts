import { DeviceError, type SampleCallOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { countBuffers } from '../helpers/buffer_count'
import { expectClose, expectSame } from '../helpers/compare'
import { gpuTest } from '../helpers/gpu'
import { KINDS, inputsOf } from '../helpers/kinds'
import { randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'

const cpu = await createSampler({ backend: 'cpu' })
const MIB = 2 ** 20
const DESTROYED = 'this sampler was destroyed; make another with createSampler()'

describe('calls in flight', () => {
  gpuTest('100 at once, of many shapes, are all right', async ({ sampler, upload }) => {
    const random = new Random(1)
    const calls = Array.from({ length: 100 }, (_, i) => {
      const batchSize = random.pick([1, 30])
      const numClasses = random.pick([10, 900, 3000])
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

  gpuTest('1,000 at once are all right', async ({ device }) => {
    const count = countBuffers(device)
    const sampler = await createSampler({ device })
    const options = { batchSize: 3, numClasses: 20, seed: 7 }
    const data = randomLogits('normal', 3, 20, 6)
    const thousand = (from: number) =>
      Promise.all(
        Array.from({ length: 1000 }, (_, i) =>
          sampler.sample(data, { ...options, step: from + i, scores: i % 2 === 0 }),
        ),
      )
    for (const [step, { indices, scores }] of (await thousand(0)).entries()) {
      const expected = await cpu.sample(data, { ...options, step, scores: true })
      expectSame(indices, expected.indices, `step ${step}: indices`)
      if (scores) expectSame(scores, expected.scores, `step ${step}: scores`)
    }
    // Each has a buffer of its own to be read back through, which the next ones use again.
    const { buffers } = count
    expect(buffers).toBeGreaterThanOrEqual(1000)
    await thousand(1000)
    expect(count.buffers).toBe(buffers)
    sampler.destroy()
    expect(count).toEqual({ buffers: 0, bytes: 0 })
  })

  gpuTest('of large results keep no more than 64 MiB to be read back through', async ({ device }) => {
    const count = countBuffers(device)
    const sampler = await createSampler({ device })
    const options = { batchSize: 1, numClasses: 2 ** 23, seed: 8 }
    const calls = [1, 2, 3].map((step) => sampler.noise('bits', { ...options, step }))
    expect(count.bytes).toBeGreaterThan(4 * 32 * MIB)
    await Promise.all(calls)
    // And 32 MiB of results.
    expect(count.bytes).toBeLessThan(97 * MIB)
    sampler.destroy()
    expect(count).toEqual({ buffers: 0, bytes: 0 })
  })

  gpuTest('2,000 small ones make a bounded number of buffers', async ({ device }) => {
    const count = countBuffers(device)
    const sampler = await createSampler({ device })
    const data = randomLogits('normal', 2, 30, 6)
    const options = { batchSize: 2, numClasses: 30, seed: 7, temperature: [1, 2] }
    for (let step = 0; step < 2000; step += 20) {
      const calls = Array.from({ length: 20 }, (_, i) => sampler.sample(data, { ...options, step: step + i }))
      const results = await Promise.all(calls)
      expect(results.length).toBe(20)
    }
    // 20 to read back through, one a call in flight, and the sampler's own.
    expect(count.buffers).toBeLessThan(40)
    sampler.destroy()
    expect(count.buffers).toBe(0)
  })

  gpuTest('of two samplers on one device, in turns, are apart', async ({ device, sampler }) => {
    const other = await createSampler({ device })
    const calls = Array.from({ length: 60 }, (_, i) => {
      const numClasses = [50, 700, 5000][i % 3]
      const options = { batchSize: 4, numClasses, seed: i, temperature: [1, 0.5, 2, i] }
      return { data: randomLogits('normal', 4, numClasses, i), options }
    })
    const results = await Promise.all(
      calls.map(({ data, options }, i) => [sampler, other][i % 2].sample(data, options)),
    )
    other.destroy()
    for (const [i, { data, options }] of calls.entries())
      expectSame(results[i].indices, (await cpu.sample(data, options)).indices, `call ${i}: indices`)
    const { data, options } = calls[0]
    expectSame((await sampler.sample(data, options)).indices, results[0].indices, 'indices after destroy()')
  })

  gpuTest('may be made where one before them is answered', async ({ sampler }) => {
    const data = randomLogits('normal', 2, 100, 9)
    const options = { batchSize: 2, numClasses: 100, seed: 10 }
    const draw = async (step: number): Promise<string[]> => {
      const { indices } = await sampler.sample(data, { ...options, step })
      const deeper = step > 40 ? [] : await Promise.all([draw(2 * step), draw(2 * step + 1)])
      return [`${step}: ${indices}`, ...deeper.flat()]
    }
    for (const line of await draw(1)) {
      const step = Number(line.split(':')[0])
      expect(line).toBe(`${step}: ${(await cpu.sample(data, { ...options, step })).indices}`)
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
      await expect(other.sample(data, options)).rejects.toThrow(new DeviceError(DESTROYED))
      await expect(other.noise('bits', options)).rejects.toThrow(DESTROYED)
      const encoder = device.createCommandEncoder()
      expect(() => other.encodeSample(encoder, { ...options, logits: data, indices: {} } as never)).toThrow(DESTROYED)
      expectSame((await sampler.sample(data, options)).indices, indices, 'indices')
    },
  )

  gpuTest('destroys a device that is the sampler’s own', async () => {
    const own = await createSampler({ backend: 'webgpu' })
    expect(own.backend).toBe('webgpu')
    own.destroy()
    expect((await own.device!.lost).reason).toBe('destroyed')
  })

  for (const [name, call] of Object.entries(KINDS))
    gpuTest(`rejects a ${name} under way`, async ({ device, sampler }) => {
      for (const backend of ['webgpu', 'auto'] as const) {
        const other = await createSampler({ device, backend })
        const underWay = call(other, inputsOf(1))
        other.destroy()
        await expect(underWay).rejects.toThrow(new DeviceError(DESTROYED))
        expect(other.backend).toBe('webgpu')
      }
      const [result, expected] = [await call(sampler, inputsOf(1)), await call(cpu, inputsOf(1))]
      for (const [array, values] of Object.entries(expected)) expectClose(result[array], values, 1e-3, array)
    })

  gpuTest('in the middle of 100 calls settles all: answered rightly, or a DeviceError', async ({ device }) => {
    const other = await createSampler({ device })
    const data = randomLogits('normal', 3, 400, 11)
    const options = { batchSize: 3, numClasses: 400, seed: 12 }
    const make = (step: number) => other.sample(data, { ...options, step })
    const calls = Array.from({ length: 50 }, (_, step) => make(step))
    await Promise.all(calls.slice(0, 10))
    calls.push(...Array.from({ length: 50 }, (_, i) => make(50 + i)))
    other.destroy()
    const results = await Promise.allSettled(calls)
    for (const [step, each] of results.entries())
      if (each.status === 'fulfilled')
        expectSame(each.value.indices, (await cpu.sample(data, { ...options, step })).indices, `step ${step}: indices`)
      else expect(each.reason).toEqual(new DeviceError(DESTROYED))
    expect(results.slice(0, 10).every(({ status }) => status === 'fulfilled')).toBe(true)
    expect(results.slice(50).every(({ status }) => status === 'rejected')).toBe(true)
  })
})
