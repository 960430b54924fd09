/**
 * Masses of classes as integers, whose sums decide alike on every device: the twin of `shaders/shared/mass.wgsl`, the same float32
 * operations in the same order. The mass of a logit l is floor(2^40 exp((l - largest) / T)), within 1.1e-6 of itself, and 0 where l is more
 * than 28 T below the largest.
 */

const f = Math.fround
const MIN_NORMAL = 2 ** -126

/** Mass of the largest logit. */
export const LARGEST_MASS = 2 ** 40

/** Products and sums of a row that masses are made with. */
export interface MassScale {
  largest: number
  /** log2(e) / T, of 24 bits, rounded down. */
  rate: number
  /** Logits below weigh 0. */
  line: number
}

/** Subnormal logits, which devices may flush, count as 0, and so does -0. */
export function canonical(logit: number): number {
  return Math.abs(logit) < MIN_NORMAL ? 0 : logit
}

/** log2(e) / T for T > 0, rounded down to 24 bits: by integers, as devices divide differently. */
export function rateOf(temperature: number): number {
  const exponent = exponentOf(temperature)
  // 2^23 <= mantissa < 2^24; 0xb8aa3b29 is log2(e) 2^31. The quotient is below 2^25, its fraction a multiple of 2^-24: doubles hold it.
  const mantissa = temperature * 2 ** (23 - exponent)
  const quotient = Math.floor((0xb8aa3b29 * 2 ** 16) / mantissa)
  const whole = quotient >= 2 ** 24 ? Math.floor(quotient / 2) * 2 : quotient
  return whole * 2 ** (-24 - exponent)
}

/** Of a normal number. */
function exponentOf(x: number): number {
  float[0] = x
  return (word[0] >>> 23) - 127
}

const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)

/** T > 0; `largest` is the row's largest logit, which is a number. */
export function massScaleOf(largest: number, temperature: number): MassScale {
  const top = canonical(largest)
  return { largest: top, rate: rateOf(temperature), line: f(top - f(28 * temperature)) }
}

/** The mass of a logit that is a number or -Infinity, a whole number to 2^40. */
export function massOf(logit: number, { largest, rate, line }: MassScale): number {
  const l = canonical(logit)
  if (l < line) return 0
  const y = f(f(l - largest) * rate)
  const whole = f(f(y + 12582912) - 12582912)
  const x = f(y - whole)
  // 2^x for x in [-1/2, 1/2] as 1 + x q(x): within 1e-7.
  let q = f(f(f(0.00015353362) * x) + f(0.0013398875))
  q = f(f(q * x) + f(0.00961843692))
  q = f(f(q * x) + f(0.05550332367))
  q = f(f(q * x) + f(0.24022647738))
  q = f(f(q * x) + f(0.69314718246))
  return Math.floor(f(1 + f(x * q)) * 2 ** (40 + whole))
}

/**
 * The smallest whole number that is at least p times a sum of masses, p a float32 from 0 to 1: the mass before a class is below p times
 * the sum just where it is below this.
 */
export function shareOf(p: number, sum: bigint): bigint {
  if (p < MIN_NORMAL) return 0n
  const shift = 23 - exponentOf(p)
  const whole = BigInt(p * 2 ** shift)
  return (whole * sum + (1n << BigInt(shift)) - 1n) >> BigInt(shift)
}
