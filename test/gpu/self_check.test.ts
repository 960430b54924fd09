import { DeviceError, createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { AutoSampler } from '../../src/backends/auto'
import { WebGpuSampler } from '../../src/backends/webgpu'
import { checkNoise, selfCheck } from '../../src/gpu/self_check'
import { NOISE_RANGES } from '../../src/noise/ranges'
import { countBuffers } from '../helpers/buffer_count'
import { expectSame } from '../helpers/compare'
import { gpuTest, newDevice } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'

const cpu = await createSampler({ backend: 'cpu' })
const OPTIONS = { batchSize: 3, numClasses: 200, seed: 1 }
const logits = randomLogits('normal', OPTIONS.batchSize, OPTIONS.numClasses, 1)

/** The check of a device whose noise seems wrong in one bit, in the fourth range and the last. */
function failing(device: GPUDevice): Promise<void> {
  return checkNoise(device, (digests) => {
    digests[6] ^= 1
    digests[digests.length - 1] ^= 1
    return digests
  })
}

const { first, stride, count } = NOISE_RANGES[3]
const WRONG = `the GPU device is wrong and not used: noise differs from the CPU's among the ${count} words from ${first} on by ${stride}, and in 1 more places`

describe('a device whose noise is wrong', () => {
  gpuTest("is left by backend 'auto', which draws on the CPU and says why", async ({ device }) => {
    const changes: [string, DeviceError][] = []
    const sampler = new AutoSampler(device, false, (...change) => changes.push(change), failing(device))
    const calls = [sampler.sample(logits, OPTIONS), sampler.sample(logits, { ...OPTIONS, step: 1 })]
    const expected = [await cpu.sample(logits, OPTIONS), await cpu.sample(logits, { ...OPTIONS, step: 1 })]
    for (const [i, { indices }] of (await Promise.all(calls)).entries())
      expectSame(indices, expected[i].indices, `call ${i}`)
    expect(sampler.backend).toBe('cpu')
    expectSame((await sampler.sample(logits, OPTIONS)).indices, expected[0].indices, 'a later call')
    expect(changes.map(([backend, error]) => [backend, error.name, error.lost])).toEqual([['cpu', 'DeviceError', true]])
    expect(changes[0][1].message).toContain(WRONG)
    sampler.destroy()
  })

  gpuTest("is left by backend 'auto' though nobody calls", async ({ device }) => {
    const changes: string[] = []
    const sampler = new AutoSampler(device, false, (backend) => changes.push(backend), failing(device))
    await sampler.prepare([])
    expect(sampler.backend).toBe('cpu')
    expect(changes).toEqual(['cpu'])
    sampler.destroy()
  })

  gpuTest("has backend 'webgpu' reject, and prepare([]) tell", async ({ device, buffer }) => {
    const sampler = new WebGpuSampler(device, false, {}, failing(device))
    const wrong = { name: 'DeviceError', lost: true, message: expect.stringContaining(WRONG) as string }
    await Promise.all([
      expect(sampler.sample(logits, OPTIONS)).rejects.toMatchObject(wrong),
      expect(sampler.prepare([])).rejects.toMatchObject(wrong),
    ])
    await expect(sampler.noise('bits', OPTIONS)).rejects.toMatchObject(wrong)
    const views = { logits: { buffer: buffer(logits.byteLength) }, indices: { buffer: buffer(64) } }
    expect(() => sampler.encodeSample(device.createCommandEncoder(), { ...OPTIONS, ...views })).toThrow(WRONG)
    sampler.destroy()
  })

  gpuTest('that cannot be checked is not used', async ({ device }) => {
    const check = checkNoise(device, () => {
      throw new RangeError('a test')
    })
    const sampler = new WebGpuSampler(device, false, {}, check)
    await expect(sampler.sample(logits, OPTIONS)).rejects.toThrow(
      'the GPU device could not be checked: RangeError: a test',
    )
    sampler.destroy()
  })
})

describe('the self-check', () => {
  gpuTest('is waited for by calls, which are submitted before, and not by recordings', async ({ device, buffer }) => {
    let pass = () => {}
    const check = new Promise<void>((resolve) => (pass = resolve))
    const sampler = new WebGpuSampler(device, false, {}, check)
    let settled = 0
    const calls = [sampler.sample(logits, OPTIONS), sampler.prepare([])].map((call) => call.then(() => settled++))
    const encoder = device.createCommandEncoder()
    const views = { logits: { buffer: buffer(logits.byteLength) }, indices: { buffer: buffer(64) } }
    sampler.encodeSample(encoder, { ...OPTIONS, ...views })
    device.queue.submit([encoder.finish()])
    await device.queue.onSubmittedWorkDone()
    expect(settled).toBe(0)
    pass()
    await Promise.all(calls)
    expect(settled).toBe(2)
    sampler.destroy()
  })

  test('is made once a device, outlives the sampler that began it, and leaves no buffer', async () => {
    const device = await newDevice()
    const count = countBuffers(device)
    let pipelines = 0
    const compile = device.createComputePipelineAsync.bind(device)
    device.createComputePipelineAsync = (descriptor) => {
      pipelines++
      return compile(descriptor)
    }
    const one = await createSampler({ device })
    one.destroy()
    const two = await createSampler({ device, backend: 'auto' })
    await two.prepare([])
    expect(two.backend).toBe('webgpu')
    await expect(selfCheck(device)).resolves.toBeUndefined()
    expect(pipelines).toBe(1)
    expect(count.buffers).toBe(0)
    two.destroy()
    device.destroy()
  })

  test('is left out where selfCheck is false', async () => {
    const device = await newDevice()
    let pipelines = 0
    device.createComputePipelineAsync = () => {
      pipelines++
      return Promise.reject(new Error('a test'))
    }
    const sampler = await createSampler({ device, selfCheck: false })
    const { indices } = await sampler.sample(logits, OPTIONS)
    expectSame(indices, (await cpu.sample(logits, OPTIONS)).indices, 'indices')
    expect(pipelines).toBe(0)
    sampler.destroy()
    device.destroy()
  })

  test('of a sampler destroyed meanwhile tells nobody', async () => {
    const device = await newDevice()
    const changes: unknown[] = []
    const check = failing(device)
    const sampler = new AutoSampler(device, true, (...change) => changes.push(change), check)
    sampler.destroy()
    await expect(check).rejects.toBeInstanceOf(DeviceError)
    await device.lost
    expect(changes).toEqual([])
  })

  test('is on or off', async () => {
    const wrong = { backend: 'cpu', selfCheck: 1 as never } as const
    await expect(createSampler(wrong)).rejects.toThrow('selfCheck is 1; it must be true or false')
    expect((await createSampler({ backend: 'cpu', selfCheck: false })).backend).toBe('cpu')
  })
})
