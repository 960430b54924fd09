import { BLOCK_WORDS, type NoiseRange, blocksOf } from './ranges'
import { readNames } from '../known_names'
import type { Verification, VerifyOptions } from '../sampler'

/**
 * Sums of the digests of the blocks of 2^20 words, of 2^21, … of all 2^32: two words each, in hexadecimal. `npm run verify:noise`
 * compares its stacks with the last; the noise is a contract, so they change with no version.
 */
export const WORDS_DIGESTS: readonly string[] = [
  'f6c90379382a9ca8',
  '9b371453333d442d',
  'f05c827441c839fa',
  'cb8230c404004cf7',
  '04305513868b4cec',
  '332a0f5bd1433438',
  '7eb0d30359f5baf7',
  '3845d8340f1fd086',
  'af21cadfc70d2f17',
  '7aa60beaec82ff0d',
  '28b956b306481b09',
  '1fea5f0e3648c03b',
  'e96452bfe8aad34b',
]
const LEAST = 2 ** 20

/** Words of a range that is digested at once: by one workgroup of a GPU. */
const RANGE_WORDS = 2 ** 14

/** Two words for each range, from a device or from the CPU. */
type Digest = (ranges: NoiseRange[]) => Promise<Uint32Array>

/** The digests of ranges in one: their sums. */
export function digestOf(digests: Uint32Array): string {
  const sums = addDigests(new Uint32Array(2), digests)
  return Array.from(sums, (sum) => sum.toString(16).padStart(8, '0')).join('')
}

function addDigests(sums: Uint32Array, digests: Uint32Array): Uint32Array {
  digests.forEach((digest, i) => (sums[i & 1] += digest))
  return sums
}

/** Checks the options of a verification. @throws RangeError, TypeError naming the parameter */
export function verifyOptionsOf(options: VerifyOptions): VerifyOptions {
  const given: VerifyOptions = readNames('options', options, ['words', 'onProgress', 'signal'])
  const { words = 0 } = given
  if (typeof words !== 'number') throw new TypeError(`words is ${typeof words}; it must be a number`)
  if (words !== 0 && WORDS_DIGESTS[Math.log2(words / LEAST)] === undefined)
    throw new RangeError(`words is ${words}; it must be 0, or a power of two from 2^20 to 2^32`)
  return given
}

/**
 * Adds to what a verification found whether the part of the words that is asked for has its known digest. `atOnce` words are digested
 * at a time: a power of two from 2^14 on.
 * @throws the signal's reason where it is aborted
 */
export async function verifyWords(
  found: Verification,
  digest: Digest,
  atOnce: number,
  { words = 0, onProgress, signal }: VerifyOptions,
): Promise<Verification> {
  signal?.throwIfAborted()
  if (words === 0) return found
  const blocks = blocksOf(words)
  const step = Math.min(atOnce, words)
  const sums = new Uint32Array(2)
  for (let done = 0; done < words;) {
    const ranges = Array.from({ length: step / RANGE_WORDS }, (_, i) => {
      const at = done + i * RANGE_WORDS
      const first = blocks[Math.floor(at / BLOCK_WORDS)].first + (at % BLOCK_WORDS)
      return { first, stride: 1, count: RANGE_WORDS }
    })
    addDigests(sums, await digest(ranges))
    done += step
    signal?.throwIfAborted()
    onProgress?.(done)
  }
  const [actual, known] = [digestOf(sums), WORDS_DIGESTS[Math.log2(words / LEAST)]]
  const failures = [...found.failures]
  if (actual !== known) failures.push(`the noise of ${words} words has the digest ${actual}, not ${known}`)
  return { ...found, ok: failures.length === 0, words: found.words + words, failures }
}
