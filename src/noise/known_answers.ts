/** Known answers, from the one table of them, which the tests of every backend read too. */

import { digests, philox4x32 } from './known_answers.json'

function wordsOf(text: string): number[] {
  return text.split(' ').map((word) => parseInt(word, 16))
}

/** Random123's published answers for philox4x32-10. */
export const PUBLISHED_BLOCKS = /* @__PURE__ */ publishedBlocks()

function publishedBlocks(): { counter: number[]; key: number[]; words: number[] }[] {
  return philox4x32
    .filter(({ source }) => source === 'random123')
    .map(({ counter, key, words }) => ({ counter: wordsOf(counter), key: wordsOf(key), words: wordsOf(words) }))
}

/** XOR of the digests of NOISE_RANGES, 16 hexadecimal digits: the noise is a contract, so this changes with no version. */
export const NOISE_DIGEST = digests.boundariesXor

/**
 * Sums of the digests of the blocks of 2^20 words, of 2^21, … of all 2^32: two words each, in hexadecimal. `npm run verify:noise`
 * compares its stacks with the last; they change with no version either.
 */
export const WORDS_DIGESTS: readonly string[] = digests.words
