import { expect, test } from 'vitest'
import { createSampler } from 'gumbel-webgpu'
import { verifyDevice } from '../../src/verify'
import { NOISE_RANGES } from '../../src/noise/ranges'
import { digestNoise } from '../../src/noise/digest'

test('verify() finds this device equal to the CPU', async () => {
  const sampler = await createSampler({ backend: 'webgpu' })
  const found = await sampler.verify()
  expect(found).toEqual({ ok: true, words: 75136, draws: 522, failures: [] })
  sampler.destroy()
})

test('verify({ words }) digests a part of the words too, and tells how far it is', async () => {
  const sampler = await createSampler()
  expect(sampler.backend).toBe('webgpu')
  const progress: number[] = []
  const found = await sampler.verify({ words: 2 ** 23, onProgress: (words) => progress.push(words) })
  expect(found).toEqual({ ok: true, words: 75136 + 2 ** 23, draws: 522, failures: [] })
  expect(progress).toEqual([2 ** 22, 2 ** 23])
  expect(await sampler.verify({ words: 2 ** 20 })).toMatchObject({ ok: true, words: 75136 + 2 ** 20 })
  sampler.destroy()
})

test('verify({ signal }) stops where the signal is aborted, before and amid', async () => {
  const sampler = await createSampler({ backend: 'webgpu' })
  const abort = new AbortController()
  const reason = new Error('enough')
  const stopped = sampler.verify({ words: 2 ** 32, onProgress: () => abort.abort(reason), signal: abort.signal })
  await expect(stopped).rejects.toBe(reason)
  await expect(sampler.verify({ signal: abort.signal })).rejects.toBe(reason)
  sampler.destroy()
})

test('verify() stops when the sampler is destroyed', async () => {
  const sampler = await createSampler({ backend: 'webgpu' })
  const found = sampler.verify({ words: 2 ** 32, onProgress: () => sampler.destroy() })
  await expect(found).rejects.toThrow('this sampler was destroyed')
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
