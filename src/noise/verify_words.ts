import { BLOCK_WORDS, type NoiseRange, blocksOf } from './ranges'
import { WORDS_DIGESTS } from './known_answers'
import { readNames } from '../known_names'
import type { Verification, VerifyOptions } from '../sampler'

const LEAST = 2 ** 20

/** Words of a range that is digested at once: by one workgroup of a GPU. */
const RANGE_WORDS = 2 ** 14

/** Two words for each range, from a device or from the CPU. */
type Digest = (ranges: NoiseRange[]) => Promise<Uint32Array>

/** The digests of ranges in one: their sums. */
export function digestOf(digests: Uint32Array): string {
  const sums = addDigests(new Uint32Array(2), digests)
  return hexadecimal(sums)
}

/** The digests of ranges in one: their XOR. */
export function xorOf(digests: Uint32Array): string {
  const xor = new Uint32Array(2)
  digests.forEach((digest, i) => (xor[i & 1] ^= digest))
  return hexadecimal(xor)
}

/** Words as eight hexadecimal digits each. */
export function hexadecimal(words: ArrayLike<number>): string {
  return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('')
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
