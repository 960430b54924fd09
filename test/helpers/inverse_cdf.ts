import { massOf, massScaleOf } from '../../src/operations/sample/mass'
import { philoxBigInt } from './philox_bigint'

/** Masses of a row's classes, of which some may be kept. Temperature 0 leaves the first of the largest. */
export function massesOf(row: Float32Array, temperature: number, kept?: Iterable<number>): bigint[] {
  const logits = row.map((logit) => (Math.abs(logit) < 2 ** -126 ? 0 : logit))
  const largest = logits.reduce((a, b) => Math.max(a, b))
  if (temperature === 0) return Array.from(logits, (_, c) => (c === logits.indexOf(largest) ? 1n << 40n : 0n))
  const scale = massScaleOf(largest, Math.fround(temperature))
  const columns = new Set(kept ?? logits.keys())
  return Array.from(logits, (logit, c) => (columns.has(c) ? BigInt(massOf(logit, scale)) : 0n))
}

/** The first class whose inclusive sum of masses exceeds floor(word Z / 2^64), a search from the first on. */
export function classOfWord(masses: readonly bigint[], word: bigint): number {
  const whole = masses.reduce((sum, mass) => sum + mass, 0n)
  const pick = (word * whole) >> 64n
  let sum = 0n
  return masses.findIndex((mass) => (sum += mass) > pick)
}

/** The 64 random bits of a draw. */
export function wordOfDraw(
  draw: number,
  { seed, stream = 0, step = 0 }: { seed: bigint; stream?: number; step?: number },
): bigint {
  const key = [Number(seed & 0xffffffffn), Number(seed >> 32n)]
  const words = philoxBigInt([draw >> 1, stream, step, 6 << 24], key).slice(2 * (draw & 1))
  return (BigInt(words[0]) << 32n) | BigInt(words[1])
}

/** Rows of two classes of which the first is far less likely than the second, and draws whose bits are as small as these. */
export const FAR_DRAWS = [
  { seed: 7n, step: 1172407190, draw: 0 },
  { seed: 7n, step: 1407144047, draw: 1 },
  { seed: 7n, step: 3788717089, draw: 0 },
] as const

/** A logit of this mass beside one of 0. */
export function logitOfMass(mass: number): number {
  const scale = massScaleOf(0, 1)
  // Bisected from below: masses do not fall where logits rise.
  let [low, high] = [-27.7, 0]
  for (let i = 0; i < 60; i++) {
    const middle = Math.fround((low + high) / 2)
    if (massOf(middle, scale) < mass) low = middle
    else high = middle
  }
  if (massOf(Math.fround(high), scale) !== mass) throw new Error(`no logit has the mass ${mass}`)
  return Math.fround(high)
}
