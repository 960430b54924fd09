import { createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { errorsOf } from '../../scripts/noise/accuracy'
import { firstDifferentWord } from '../../scripts/noise/compare'
import { digestNoise } from '../../src/noise/digest'
import { exponentialOf, gumbelOf, uniformOf } from '../../src/noise/transform'
import { NOISE_RANGES, type NoiseRange } from '../../src/noise/ranges'
import { KNOWN_DIGESTS, KNOWN_NOISE } from '../helpers/known_answers'

const LAST = 2 ** 32 - 1

/** Both ends, every branch boundary, and a spread. */
const RANGES: NoiseRange[] = [
  ...NOISE_RANGES,
  { first: 0, stride: 1, count: 2 ** 14 },
  { first: LAST - 2 ** 14 + 1, stride: 1, count: 2 ** 14 },
  { first: 12345, stride: 0x9e3779b1, count: 2 ** 18 },
]

function* wordsOf({ first, stride, count }: NoiseRange): Generator<number> {
  for (let i = 0; i < count; i++) yield (first + i * stride) % 2 ** 32
}

/** Fails at the first word for which `holds` does not. */
function expectEachWord(holds: (word: number) => boolean, what: string): void {
  for (const range of RANGES) for (const word of wordsOf(range)) if (!holds(word)) expect.fail(`word ${word}: ${what}`)
}

/** The word of the ranges for which `value` is largest. */
function largest(value: (word: number) => number): { word: number; value: number } {
  let found = { word: -1, value: -Infinity }
  for (const range of RANGES)
    for (const word of wordsOf(range)) {
      const here = value(word)
      if (here > found.value) found = { word, value: here }
    }
  return found
}

function hexOf(words: Uint32Array): string {
  return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('')
}

describe('word to noise', () => {
  test('Gumbel is within an ulp or 6e-7 of float64, whichever is larger', () => {
    expectEachWord((word) => errorsOf(word).gumbel <= 1, 'the Gumbel is off')
  })

  test('the exponential is within 4 * 2^-24 of float64, relatively', () => {
    expectEachWord((word) => errorsOf(word).exponential <= 1, 'the exponential is off')
  })

  test('the uniform is rounded once, and to neither 0 nor 1', () => {
    const below1 = 1 - 2 ** -24
    expectEachWord(
      (word) => uniformOf(word) === Math.min(Math.fround((word + 0.5) / 2 ** 32), below1),
      'the uniform is not rounded once',
    )
    expect(uniformOf(0)).toBe(2 ** -33)
    expect(uniformOf(LAST)).toBe(below1)
  })

  test('noise ends where it should', () => {
    expect(largest(gumbelOf)).toEqual({ word: 0, value: 22.873857498168945 })
    expect(largest((word) => -gumbelOf(word))).toEqual({ word: LAST, value: 3.1299946308135986 })
    expect(largest(exponentialOf)).toEqual({ word: LAST, value: 22.873857498168945 })
    expect(largest((word) => -exponentialOf(word))).toEqual({ word: 0, value: -1.1641532182693481e-10 })
  })

  test.each(KNOWN_NOISE)('word $word has its exact noise', ({ word, exponential, gumbel }) => {
    expect(Math.abs(exponentialOf(word) / exponential - 1)).toBeLessThan(4 * 2 ** -24)
    expect(Math.abs(gumbelOf(word) - gumbel)).toBeLessThan(gumbel >= 16 ? 2 ** -19 : 6e-7)
  })

  // Tokens are promised to stay what they are. Where this fails the promise is broken, and docs/noise.md is out of date.
  test('no bit has changed', () => {
    const digests = digestNoise(NOISE_RANGES)
    const [sum, xor] = [new Uint32Array(2), new Uint32Array(2)]
    digests.forEach((word, i) => {
      sum[i & 1] += word
      xor[i & 1] ^= word
    })
    expect([hexOf(sum), hexOf(xor)]).toEqual([KNOWN_DIGESTS.boundariesSum, KNOWN_DIGESTS.boundariesXor])
  })
})

describe('the digest', () => {
  const range = { first: 0xfffff000, stride: 3, count: 5000 }

  test('of a range is the sum of those of its words', () => {
    const words = Array.from(wordsOf(range), (first) => ({ first, stride: 1, count: 1 }))
    const sum = [0, 0]
    digestNoise(words).forEach((word, i) => (sum[i & 1] = (sum[i & 1] + word) >>> 0))
    expect(Array.from(digestNoise([range]))).toEqual(sum)
  })

  test('leads to the first word that differs', async () => {
    const differing = [4321, 4322, 4999].map((i) => (range.first + i * range.stride) % 2 ** 32)
    const right = async (ranges: readonly NoiseRange[]) => digestNoise(ranges)
    const wrong = async (ranges: readonly NoiseRange[]) => {
      const digests = digestNoise(ranges)
      ranges.forEach((r, i) => {
        for (const word of wordsOf(r)) if (differing.includes(word)) digests[2 * i + 1] += word
      })
      return digests
    }
    expect(await firstDifferentWord(range, right, wrong)).toBe(differing[0])
    expect(await firstDifferentWord(range, right, right)).toBeUndefined()
  })
})

test('noise() gives the noise of the words it gives', async () => {
  const sampler = await createSampler({ backend: 'cpu' })
  const options = { batchSize: 3, numClasses: 1001, seed: 5 }
  const words = Array.from(await sampler.noise('bits', options))
  expect(Array.from(await sampler.noise('uniform', options))).toEqual(words.map(uniformOf))
  expect(Array.from(await sampler.noise('exponential', options))).toEqual(words.map(exponentialOf))
  expect(Array.from(await sampler.noise('gumbel', options))).toEqual(words.map(gumbelOf))
})
