import { expect, test } from 'vitest'
import { createSampler } from 'gumbel-webgpu'

/** 2^24 classes hold about one word below 2^8, which the extended tail refines. */
const options = { batchSize: 64, numClasses: 2 ** 19, seed: 11 }

test('the extended tail changes only noise of words below 2^8, alike on the GPU and the CPU', async () => {
  const gpu = await createSampler({ backend: 'webgpu' })
  const cpu = await createSampler({ backend: 'cpu' })
  const words = await gpu.noise('bits', options)
  const standard = await gpu.noise('gumbel', options)
  const extended = await gpu.noise('gumbel', { ...options, tail: 'extended' })
  let refined = 0
  for (let i = 0; i < words.length; i++) {
    if (words[i] >= 256) {
      if (extended[i] !== standard[i])
        throw new Error(`word ${words[i]} at ${i} changed from ${standard[i]} to ${extended[i]}`)
      continue
    }
    refined++
    const row = Math.floor(i / options.numClasses)
    const group = Math.floor((i % options.numClasses) / 8) * 8
    const shard = {
      batchSize: 1,
      numClasses: 8,
      seed: 11,
      streamOffset: row,
      classOffset: group,
      tail: 'extended' as const,
    }
    const [noise, exponential, uniform] = await Promise.all([
      cpu.noise('gumbel', shard),
      cpu.noise('exponential', shard),
      cpu.noise('uniform', shard),
    ])
    const at = (i % options.numClasses) - group
    expect(noise[at]).toBe(extended[i])
    expect((await gpu.noise('exponential', shard))[at]).toBe(exponential[at])
    expect((await gpu.noise('uniform', shard))[at]).toBe(uniform[at])
    expect(Math.abs(noise[at] + Math.log(exponential[at]))).toBeLessThan(2e-6)
    expect(Math.floor(uniform[at] * 2 ** 32)).toBe(words[i])
  }
  expect(refined).toBeGreaterThan(0)
  gpu.destroy()
})
