import { expect, test } from 'vitest'
import { createSampler } from 'gumbel-webgpu'
import { verifyDevice } from '../../src/verify'
import { NOISE_RANGES } from '../../src/noise_ranges'
import { digestNoise } from '../../src/cpu/digest_noise'

test('verify() finds this device equal to the CPU', async () => {
  const sampler = await createSampler({ backend: 'webgpu' })
  const found = await sampler.verify()
  expect(found).toEqual({ ok: true, words: 75136, draws: 522, failures: [] })
  sampler.destroy()
})

test('verification names the words and the rows that differ', async () => {
  const cpu = await createSampler({ backend: 'cpu' })
  const digests = digestNoise(NOISE_RANGES)
  digests[10] ^= 1
  const wrong: typeof cpu = Object.create(cpu)
  wrong.sample = async (logits, options) => {
    const result = await cpu.sample(logits, options)
    result.indices[1] += 1
    return result
  }
  const found = await verifyDevice(wrong, cpu, digests)
  expect(found.ok).toBe(false)
  expect(found.failures[0]).toMatch(/noise differs .* words from \d+ on/)
  expect(found.failures.slice(1).map((text) => /row 1 draws/.test(text))).toEqual([true, true, true])
})
