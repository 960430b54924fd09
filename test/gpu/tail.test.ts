import { createSampler } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { expectSame } from '../helpers/compare'
import { gpuTest } from '../helpers/gpu'
import { SMALL_WORDS } from '../helpers/tail'

gpuTest(
  'the extended tail changes only noise of words below 2^8, alike on the GPU and the CPU',
  async ({ sampler }) => {
    const cpu = await createSampler({ backend: 'cpu' })
    for (const { seed, stream, classNumber, word } of SMALL_WORDS) {
      const classOffset = Math.floor(classNumber / 8) * 8 - 800
      const at = classNumber - classOffset
      const options = { batchSize: 1, numClasses: 1600, seed, streamOffset: stream, classOffset }
      expect((await sampler.noise('bits', options))[at]).toBe(word)
      for (const kind of ['uniform', 'exponential', 'gumbel'] as const) {
        const standard = await sampler.noise(kind, options)
        const extended = await sampler.noise(kind, { ...options, tail: 'extended' })
        expectSame(extended, await cpu.noise(kind, { ...options, tail: 'extended' }), kind)
        expect(extended[at]).not.toBe(standard[at])
        extended[at] = standard[at]
        expectSame(extended, standard, `${kind} of other words`)
      }
      const [uniform] = (await sampler.noise('uniform', { ...options, tail: 'extended' })).subarray(at)
      const [exponential] = (await sampler.noise('exponential', { ...options, tail: 'extended' })).subarray(at)
      const [gumbel] = (await sampler.noise('gumbel', { ...options, tail: 'extended' })).subarray(at)
      expect(Math.floor(uniform * 2 ** 32)).toBe(word)
      expect(Math.abs(exponential / -Math.log1p(-uniform) - 1)).toBeLessThan(2.5e-7)
      expect(Math.abs(gumbel + Math.log(exponential))).toBeLessThan(2e-6)
    }
  },
)
