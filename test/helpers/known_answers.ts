import table from '../../src/noise/known_answers.json'

/** A block of Philox4x32-10 that every backend must give. */
export interface KnownAnswer {
  counter: number[]
  key: number[]
  words: number[]
}

/** The 32-bit words of a text of hexadecimal numbers. */
function wordsOf(text: string): number[] {
  return text.split(' ').map((word) => parseInt(word, 16))
}

export const KNOWN_ANSWERS: readonly KnownAnswer[] = table.philox4x32.map(({ counter, key, words }) => ({
  counter: wordsOf(counter),
  key: wordsOf(key),
  words: wordsOf(words),
}))

/** Words, and the exact noise of each. */
export const KNOWN_NOISE: readonly { word: number; exponential: number; gumbel: number }[] = table.noise.map(
  (each) => ({
    ...each,
    word: parseInt(each.word, 16),
  }),
)

/** Digests of the noise, 16 hexadecimal digits each. */
export const KNOWN_DIGESTS = table.digests
