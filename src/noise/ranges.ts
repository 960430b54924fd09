/** The words `first + i * stride` for `i < count`, modulo 2^32: 32-bit words, `count` at most 2^31. */
export interface NoiseRange {
  first: number
  stride: number
  count: number
}

/** The last exponent n at which E, at most 22.88, can cross sqrt(1/2) * 2^n; the first is the least E's. */
const LAST_EXPONENT = 5
const FIRST_EXPONENT = -32
/** Rounding to 1, which the uniform must not do, begins 128 words before the end. */
const END_COUNT = 512
const BOUNDARY_COUNT = 64
const SPREAD_RANGES = 64
const SPREAD_COUNT = 1024
/** Odd, so that no word comes twice; the golden ratio, so that few words spread evenly. */
const SPREAD_STRIDE = 0x9e3779b1

/** `count` words, half of them below `word` and half from it on. */
function around(word: number, count: number): NoiseRange {
  return { first: (Math.round(word) - count / 2) >>> 0, stride: 1, count }
}

function* noiseRanges(): Generator<NoiseRange> {
  yield around(0, 2 * END_COUNT) // wraps round: both ends
  for (let n = 0; n < 32; n++) {
    yield around(2 ** n, BOUNDARY_COUNT)
    yield around(2 ** 32 - 2 ** n, BOUNDARY_COUNT)
    yield around(2 ** 32 - Math.SQRT1_2 * 2 ** (32 - n), BOUNDARY_COUNT) // w crosses sqrt(1/2) * 2^-n
  }
  for (let n = FIRST_EXPONENT; n <= LAST_EXPONENT; n++)
    yield around(-Math.expm1(-Math.SQRT1_2 * 2 ** n) * 2 ** 32, BOUNDARY_COUNT) // E crosses sqrt(1/2) * 2^n
  for (let i = 0; i < SPREAD_RANGES; i++)
    yield { first: Math.imul(i * SPREAD_COUNT, SPREAD_STRIDE) >>> 0, stride: SPREAD_STRIDE, count: SPREAD_COUNT }
}

/**
 * Where the strict noise of `noise/transform.ts` is most likely to differ between devices: both ends, powers of two, every
 * word around which it changes branch or exponent, and a spread over all words.
 */
export const NOISE_RANGES: readonly NoiseRange[] = /* @__PURE__ */ Array.from(/* @__PURE__ */ noiseRanges())

/** Words of a block: a part of all words is made of whole blocks, spread evenly. */
export const BLOCK_WORDS = 2 ** 20

/** `words` of the 2^32, a power of two from 2^20 on, in blocks; those of fewer words are among those of more. */
export function blocksOf(words: number): NoiseRange[] {
  const count = words / BLOCK_WORDS
  const apart = 2 ** 32 / count
  return Array.from({ length: count }, (_, i) => ({ first: i * apart, stride: 1, count: BLOCK_WORDS }))
}
