/**
 * Word to noise in strict arithmetic, the twin of `shaders/shared/noise.wgsl`: the same float32 operations in the
 * same order, each rounded by `Math.fround`, so that both give the same bits.
 *
 * A word `k` stands for `u = (k + 1/2) / 2^32`; `E = -log1p(-u)` is exponential and `g = -log E` is Gumbel.
 * Small words give large `g`. Products with powers of two and with small integers are exact and not rounded here.
 */

const f = Math.fround
const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** Minimax R in -log(1 - v) = v + v^2 R(v) on [1 - sqrt 2, 1 - sqrt 1/2]; 3e-8 relative to v. Highest power first. */
const SERIES = [
  0.08980342705542604, 0.14426385710228776, 0.14883193470399664, 0.16551856024608036, 0.1996353346331713,
  0.2500258036194688, 0.3333393157358493, 0.499999831655453,
].map(f)
const [R7, R6, R5, R4, R3, R2, R1, R0] = SERIES
const SQRT_HALF_BITS = 0x3f3504f3
/** ln 2 in two parts: the high part times an integer below 2^8 is exact. */
const LN2_HIGH = f(0.693145751953125)
const LN2_LOW = f(1.428606765330187e-6)
const TWO_16 = 1 / 65536
const TWO_32 = 1 / 4294967296
const TWO_33 = 1 / 8589934592
/** Words below this are refined where the tail is extended. */
export const TAIL_WORDS = 256
const BELOW_ONE = 1 - 1 / 16777216

/** (word + 1/2) / 2^32, rounded once. */
function halfOpen(word: number): number {
  return f((word >>> 16) * TWO_16 + (((word & 0xffff) << 1) | 1) * TWO_33)
}

/** -log(2^exponent (1 - v)), v in [1 - sqrt 2, 1 - sqrt 1/2]. */
function negativeLog(exponent: number, v: number): number {
  let r = f(f(R7 * v) + R6)
  r = f(f(r * v) + R5)
  r = f(f(r * v) + R4)
  r = f(f(r * v) + R3)
  r = f(f(r * v) + R2)
  r = f(f(r * v) + R1)
  r = f(f(r * v) + R0)
  const mantissa = f(v + f(f(v * v) * r))
  return f(f(mantissa - f(exponent * LN2_LOW)) - exponent * LN2_HIGH)
}

/** Uniform in (0, 1). @internal */
export function uniformOf(word: number): number {
  return Math.min(halfOpen(word), BELOW_ONE)
}

/** Standard exponential, in [1.16e-10, 22.88]. @internal */
export function exponentialOf(word: number): number {
  float[0] = halfOpen(~word)
  const shifted = bits[0] - SQRT_HALF_BITS
  const exponent = shifted >> 23
  bits[0] = (shifted & 0x7fffff) + SQRT_HALF_BITS
  return negativeLog(exponent, exponent === 0 ? halfOpen(word) : 1 - float[0])
}

/** u of 64 bits, for words below TAIL_WORDS: (word + (tail + 1/2) / 2^32) / 2^32, in [2^-65, 2^-24]. @internal */
export function tailUniform(word: number, tail: number): number {
  return f((word >>> 0) + halfOpen(tail)) * TWO_32
}

/** The exponential of the same. @internal */
export function tailExponential(word: number, tail: number): number {
  return negativeLog(0, tailUniform(word, tail))
}

/** Standard Gumbel of an exponential: in [-3.14, 22.88], or to 45.06 with the tail. @internal */
export function gumbelOfExponential(exponential: number): number {
  float[0] = exponential
  const shifted = bits[0] - SQRT_HALF_BITS
  const exponent = shifted >> 23
  bits[0] = (shifted & 0x7fffff) + SQRT_HALF_BITS
  return negativeLog(exponent, 1 - float[0])
}

/** Standard Gumbel of a word. @internal */
export function gumbelOf(word: number): number {
  return gumbelOfExponential(exponentialOf(word))
}
