import { type NoiseOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { digestNoise as digestOnCpu } from '../../src/noise/digest'
import { NOISE_RANGES } from '../../src/noise/ranges'
import { Context } from '../../src/gpu/context'
import { requestDevice } from '../../src/gpu/device'
import { digestOnGpu } from '../../src/gpu/digest'
import { expectSame } from '../helpers/compare'
import { gpuTest } from '../helpers/gpu'

const cpu = await createSampler({ backend: 'cpu' })
const KINDS = ['bits', 'uniform', 'exponential', 'gumbel'] as const

describe('noise() on the GPU is noise() on the CPU', () => {
  const cases: Record<string, NoiseOptions> = {
    'one row': { batchSize: 1, numClasses: 100_000, seed: 1 },
    'many rows of a few classes': { batchSize: 2000, numClasses: 5, seed: 2n ** 64n - 1n },
    'a part of a vocabulary and of a batch': {
      batchSize: 7,
      numClasses: 1003,
      classOffset: 2 ** 31 - 2048,
      streamOffset: 2 ** 32 - 7,
      step: 2 ** 32 - 1,
      seed: 3,
    },
    'seeds and streams of each row': {
      batchSize: 3,
      numClasses: 4001,
      seed: [4n, 2n ** 63n, 0n],
      streams: [2 ** 32 - 1, 0, 7],
    },
  }
  for (const [name, options] of Object.entries(cases))
    gpuTest(name, async ({ sampler }) => {
      // TypeScript picks an overload for each kind, not for all of them.
      for (const kind of KINDS as readonly 'gumbel'[])
        expectSame(await sampler.noise(kind, options), await cpu.noise(kind, options), kind)
    })

  gpuTest('more than is made at once', async ({ sampler }) => {
    for (const options of [
      { batchSize: 1, numClasses: 2 ** 23 + 13, seed: 5 },
      { batchSize: 5, numClasses: 2 ** 21 + 3, seed: 6 },
    ])
      expectSame(
        await sampler.noise('bits', options),
        await cpu.noise('bits', options),
        `[${options.batchSize}, ${options.numClasses}]`,
      )
  })
})

describe('digests', () => {
  gpuTest('over both ends, every boundary and a spread are the CPU’s', async ({ device }) => {
    const context = new Context(device)
    const ranges = [
      ...NOISE_RANGES,
      { first: 5, stride: 1, count: 0 },
      { first: 2 ** 32 - 3, stride: 5, count: 100_001 },
    ]
    expectSame(await digestOnGpu(context, ranges), digestOnCpu(ranges), 'digests')
    context.destroy()
  })

  // As verify:noise has them. A lane alone would turn its loop more often than llvmpipe does.
  gpuTest('of 2^20 words are the CPU’s', async ({ device }) => {
    const context = new Context(device)
    const ranges = [{ first: 0xfff00000, stride: 1, count: 2 ** 20 }]
    expectSame(await digestOnGpu(context, ranges), digestOnCpu(ranges), 'digests')
    context.destroy()
  })

  test('show a coefficient that is an ulp off', async () => {
    const device = await requestDevice()
    if (device instanceof Error) throw device
    const createShaderModule = device.createShaderModule.bind(device)
    device.createShaderModule = (descriptor) => {
      const code = descriptor.code.replace('0.499999831655453', '0.49999986')
      expect(code).not.toBe(descriptor.code)
      return createShaderModule({ ...descriptor, code })
    }
    const ranges = [{ first: 2 ** 30, stride: 1, count: 64 }]
    expect(await digestOnGpu(new Context(device), ranges)).not.toEqual(digestOnCpu(ranges))
    device.destroy()
  })
})
