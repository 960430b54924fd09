import { createSampler } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { expectSame } from '../helpers/compare'
import { gpuTest } from '../helpers/gpu'

/** Where seed 11 has words below 2^8, which the extended tail refines: row, class, word; found by drawing 2^25 words. */
const SMALL_WORDS = [
  [11, 178_850, 163],
  [22, 21_239, 126],
  [45, 382_928, 227],
  [61, 9_595, 225],
]

gpuTest(
  'the extended tail changes only noise of words below 2^8, alike on the GPU and the CPU',
  async ({ sampler }) => {
    const cpu = await createSampler({ backend: 'cpu' })
    for (const [row, smallClass, word] of SMALL_WORDS) {
      const classOffset = Math.floor(smallClass / 8) * 8 - 800
      const at = smallClass - classOffset
      const options = { batchSize: 1, numClasses: 1600, seed: 11, streamOffset: row, classOffset }
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
