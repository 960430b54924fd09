/**
 * Word to noise in strict arithmetic, the twin of `shaders/shared/noise.wgsl`: the same float32 operations in the
 * same order, each rounded by `Math.fround`, so that both give the same bits.
 *
 * A word `k` stands for `u = (k + 1/2) / 2^32`; `E = -log1p(-u)` is exponential and `g = -log E` is Gumbel.
 * Small words give large `g`. Products with powers of two and with small integers are exact and not rounded here.
 */

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** Words below this are refined where the tail is extended. */
export const TAIL_WORDS = 256

/** (word + 1/2) / 2^32, rounded once. */
function halfOpen(word: number): number {
  return Math.fround(((word >>> 0) + 0.5) * 2 ** -32)
}

/**
 * -log(2^exponent (1 - v)), v in [1 - sqrt 2, 1 - sqrt 1/2], as v + v^2 R(v) with R minimax: 3e-8 relative to v.
 *
 * Constants stand here, as bundlers make variables of a module's constants, which engines read anew at each use.
 */
function negativeLog(exponent: number, v: number): number {
  const f = Math.fround
  let r = f(f(f(0.08980342705542604) * v) + f(0.14426385710228776))
  r = f(f(r * v) + f(0.14883193470399664))
  r = f(f(r * v) + f(0.16551856024608036))
  r = f(f(r * v) + f(0.1996353346331713))
  r = f(f(r * v) + f(0.2500258036194688))
  r = f(f(r * v) + f(0.3333393157358493))
  r = f(f(r * v) + f(0.499999831655453))
  const mantissa = f(v + f(f(v * v) * r))
  // ln 2 in two parts: the high part times an integer below 2^8 is exact.
  return f(f(mantissa - f(exponent * 1.428606765330187e-6)) - exponent * 0.693145751953125)
}

/** Uniform in (0, 1). @internal */
export function uniformOf(word: number): number {
  return Math.min(halfOpen(word), 1 - 2 ** -24)
}

/** Standard exponential, in [1.16e-10, 22.88]. @internal */
export function exponentialOf(word: number): number {
  // The last word whose 1 - u, rounded, is at least sqrt 1/2: u itself, which has more digits, is then what negativeLog takes.
  if (word >>> 0 <= 0x4afb0d7f) return negativeLog(0, halfOpen(word))
  float[0] = halfOpen(~word)
  const shifted = bits[0] - 0x3f3504f3
  const exponent = shifted >> 23
  bits[0] = (shifted & 0x7fffff) + 0x3f3504f3
  return negativeLog(exponent, 1 - float[0])
}

/** u of 64 bits, for words below TAIL_WORDS: (word + (tail + 1/2) / 2^32) / 2^32, in [2^-65, 2^-24]. @internal */
export function tailUniform(word: number, tail: number): number {
  return Math.fround((word >>> 0) + halfOpen(tail)) * 2 ** -32
}

/** The exponential of the same. @internal */
export function tailExponential(word: number, tail: number): number {
  return negativeLog(0, tailUniform(word, tail))
}

/** Standard Gumbel of an exponential: in [-3.14, 22.88], or to 45.06 with the tail. @internal */
export function gumbelOfExponential(exponential: number): number {
  float[0] = exponential
  const shifted = bits[0] - 0x3f3504f3
  const exponent = shifted >> 23
  bits[0] = (shifted & 0x7fffff) + 0x3f3504f3
  return negativeLog(exponent, 1 - float[0])
}

/** Standard Gumbel of a word. @internal */
export function gumbelOf(word: number): number {
  return gumbelOfExponential(exponentialOf(word))
}
