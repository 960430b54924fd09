import { createSampler } from 'gumbel-webgpu'
import { expect, test } from 'vitest'
import { digestNoise } from '../../src/noise/digest'
import { blocksOf } from '../../src/noise/ranges'
import { WORDS_DIGESTS } from '../../src/noise/known_answers'
import { digestOf, verifyWords } from '../../src/noise/verify_words'
import { KNOWN_DIGESTS } from '../helpers/known_answers'

const FOUND = { ok: true, words: 10, draws: 5, failures: [] }
const digest = async (ranges: Parameters<typeof digestNoise>[0]) => digestNoise(ranges)

test('verify() finds this CPU right, over a part of the words too', async () => {
  const sampler = await createSampler({ backend: 'cpu' })
  const progress: number[] = []
  expect(await sampler.verify()).toEqual({ ok: true, words: 75136, draws: 0, failures: [] })
  const found = await sampler.verify({ words: 2 ** 20, onProgress: (words) => progress.push(words) })
  expect(found).toEqual({ ok: true, words: 75136 + 2 ** 20, draws: 0, failures: [] })
  expect(progress).toEqual([1, 2, 3, 4].map((part) => part * 2 ** 18))
  const abort = new AbortController()
  const reason = new Error('enough')
  const stopped = sampler.verify({ words: 2 ** 32, onProgress: () => abort.abort(reason), signal: abort.signal })
  await expect(stopped).rejects.toBe(reason)
})

// `npm run verify:noise` compares the last with four stacks.
test.each([20, 21, 22])('the known digest of 2^%i words is that of its blocks', (exponent) => {
  const words = 2 ** exponent
  const blocks = blocksOf(words)
  expect(blocks.reduce((sum, { count }) => sum + count, 0)).toBe(words)
  expect(digestOf(digestNoise(blocks))).toBe(KNOWN_DIGESTS.words[exponent - 20])
})

test('verify({ words }) compares with the known digests', () => {
  expect(WORDS_DIGESTS).toEqual(KNOWN_DIGESTS.words)
})

test('one word whose noise differs in one bit is found, and both digests named', async () => {
  const wrong = async (ranges: Parameters<typeof digestNoise>[0]) => {
    const digests = digestNoise(ranges)
    if (ranges[0].first === 0) digests[1] ^= 1
    return digests
  }
  const found = await verifyWords(FOUND, wrong, 2 ** 18, { words: 2 ** 20 })
  expect(found).toMatchObject({ ok: false, words: 10 + 2 ** 20, draws: 5 })
  expect(found.failures).toEqual([
    expect.stringMatching(/^the noise of 1048576 words has the digest [0-9a-f]{16}, not f6c90379382a9ca8$/),
  ])
  expect(await verifyWords(FOUND, digest, 2 ** 18, { words: 2 ** 20 })).toMatchObject({ ok: true })
})

test.each([1, 2 ** 19, 2 ** 33, 3 * 2 ** 20, 1.5, NaN])('words: %j is refused', async (words) => {
  const sampler = await createSampler({ backend: 'cpu' })
  await expect(sampler.verify({ words })).rejects.toThrow(
    `words is ${words}; it must be 0, or a power of two from 2^20 to 2^32`,
  )
})

test('words that are no number are refused', async () => {
  const sampler = await createSampler({ backend: 'cpu' })
  const words = '1048576' as unknown as number
  await expect(sampler.verify({ words })).rejects.toThrow('words is string; it must be a number')
})
