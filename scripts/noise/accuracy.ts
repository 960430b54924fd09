import { exponentialOf, gumbelOf } from '../../src/noise/transform'
import { NOISE_RANGES, type NoiseRange } from '../../src/noise/ranges'

/** The largest error found of each kind, in units of what is allowed, and the word that has it. */
export interface Accuracy {
  words: number
  gumbel: Worst
  exponential: Worst
}

export interface Worst {
  error: number
  word: number
}

/** Gumbel noise may be wrong by 6e-7 or by an ulp, whichever is larger; an exponential by 4 * 2^-24 of itself. */
const GUMBEL_LIMIT = 6e-7
const EXPONENTIAL_LIMIT = 4 * 2 ** -24

const SPREAD: NoiseRange[] = [
  { first: 0, stride: 1, count: 2 ** 20 },
  { first: 2 ** 32 - 2 ** 20, stride: 1, count: 2 ** 20 },
  { first: 0, stride: 0x9e3779b1, count: 2 ** 24 },
  ...NOISE_RANGES,
]

/** Standard exponential of a word in float64. */
export function exactExponential(word: number): number {
  const u = (word + 0.5) / 2 ** 32
  return u < 0.5 ? -Math.log1p(-u) : -Math.log((2 ** 32 - word - 0.5) / 2 ** 32)
}

/** Error of a word's Gumbel noise, and of its exponential, in units of what is allowed. */
export function errorsOf(word: number): { gumbel: number; exponential: number } {
  const e = exactExponential(word)
  const g = -Math.log(e)
  return {
    gumbel: Math.abs(gumbelOf(word) - g) / Math.max(ulp(g), GUMBEL_LIMIT),
    exponential: Math.abs(exponentialOf(word) - e) / (e * EXPONENTIAL_LIMIT),
  }
}

/** The distance of float32 values around x. */
function ulp(x: number): number {
  return 2 ** (Math.floor(Math.log2(Math.abs(x))) - 23)
}

/** Measures the strict noise against float64 over a spread of words that includes both ends and every boundary. */
export function measureAccuracy(): Accuracy {
  const gumbel: Worst = { error: 0, word: 0 }
  const exponential: Worst = { error: 0, word: 0 }
  for (const { first, stride, count } of SPREAD)
    for (let i = 0, word = first; i < count; i++, word = (word + stride) % 2 ** 32) {
      const errors = errorsOf(word)
      if (errors.gumbel > gumbel.error) Object.assign(gumbel, { error: errors.gumbel, word })
      if (errors.exponential > exponential.error) Object.assign(exponential, { error: errors.exponential, word })
    }
  return { words: SPREAD.reduce((sum, { count }) => sum + count, 0), gumbel, exponential }
}
