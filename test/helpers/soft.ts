import { expect } from 'vitest'
import { type Draw, naiveDraw, noiseOf } from './reference'

/** Strict scores of one draw of a row, `logit + temperature * gumbel`, as the contract says; -Infinity where masked. */
export function naiveScores(row: Float32Array, draw: Draw): number[] {
  return Array.from(row, (logit, i) => {
    const noise = Math.fround(Math.fround(draw.temperature) * noiseOf(draw.classOffset + i, draw))
    return Math.fround((Math.abs(logit) < 2 ** -126 ? 0 : logit) + noise)
  })
}

/** `softmax(scores / (temperature * tau))` of one draw of a row in float64, or the one-hot of the drawn class where that is 0. */
export function relaxed(row: Float32Array, draw: Draw, tau: number): number[] {
  const scores = naiveScores(row, draw)
  if (draw.temperature * tau === 0) {
    const { index } = naiveDraw(row, draw)
    return scores.map((_, i) => Number(draw.classOffset + i === index))
  }
  const max = Math.max(...scores)
  const inverse = 1 / (Math.fround(draw.temperature) * Math.fround(tau))
  const weights = scores.map((score) => Math.exp((score - max) * inverse))
  const sum = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / sum)
}

/** `log softmax(scores / (temperature * tau))` of one draw of a row in float64; -Infinity where masked. */
export function logRelaxed(row: Float32Array, draw: Draw, tau: number): number[] {
  const scores = naiveScores(row, draw)
  const max = Math.max(...scores)
  const exponents = scores.map((score) => (score - max) / (Math.fround(draw.temperature) * Math.fround(tau)))
  const logSum = Math.log(sum(exponents.map(Math.exp)))
  return exponents.map((exponent) => exponent - logSum)
}

/** Fails unless log-samples are within 1e-6 of the expected, or 1e-6 of them, relatively; -Infinity in the same places. */
export function expectLogs(actual: Float32Array, expected: ArrayLike<number>, what: string): void {
  const finite = (values: ArrayLike<number>) => Array.from(values, (each) => (each === -Infinity ? 1 : each))
  expectWithin(finite(actual), finite(expected), (e) => 1e-6 + 1e-6 * Math.abs(e), what)
}

/** Gradients of one draw. */
export interface Gradients {
  logits: number[]
  tau: number
  temperature: number
  /** What tau's and the temperature's would be if nothing cancelled. */
  size: { tau: number; temperature: number }
}

/** Gradients in float64, by pairs, so that nothing cancels: `d_j = y_j sum_i y_i (G_j - G_i)`. */
export function naiveGradients(gradSamples: Float32Array, row: Float32Array, draw: Draw, tau: number): Gradients {
  const scores = naiveScores(row, draw)
  const t = Math.fround(draw.temperature)
  const a = Math.fround(tau)
  const y = relaxed(row, draw, tau)
  const d = y.map((y_j, j) => {
    if (y_j === 0) return 0
    return y_j * sum(y.map((y_i, i) => (y_i === 0 ? 0 : y_i * (gradSamples[j] - gradSamples[i]))))
  })
  const best = scores.indexOf(Math.max(...scores))
  const terms = (values: ArrayLike<number>) => d.map((d_j, j) => (d_j === 0 ? 0 : d_j * (values[j] - values[best])))
  const size = (values: ArrayLike<number>) => sum(terms(values).map(Math.abs))
  return {
    logits: d.map((d_j) => d_j / (t * a)),
    tau: -sum(terms(scores)) / (t * a * a),
    temperature: -sum(terms(row)) / (t * t * a),
    size: { tau: size(scores) / (t * a * a), temperature: size(row) / (t * t * a) },
  }
}

/**
 * Gradients of one draw from its soft samples `y` as they are, in float64 by pairs, and divided by the sum of `y`, from which rounding
 * may have taken: `d_j = y_j sum_i y_i (G_j - G_i) / sum(y)`, `gradTau = -sum(d log(y / y_best)) / tau`.
 */
export function givenGradients(
  gradSamples: Float32Array,
  y: Float32Array,
  row: Float32Array,
  temperature: number,
  tau: number,
): Gradients {
  const [t, a] = [Math.fround(temperature), Math.fround(tau)]
  const best = y.indexOf(Math.max(...y))
  const total = sum(Array.from(y))
  const d = Array.from(y, (y_j, j) =>
    y_j === 0
      ? 0
      : (y_j * sum(Array.from(y, (y_i, i) => (y_i === 0 ? 0 : y_i * (gradSamples[j] - gradSamples[i]))))) / total,
  )
  const terms = (difference: (c: number) => number) => d.map((d_j, j) => (d_j === 0 ? 0 : d_j * difference(j)))
  const logs = terms((c) => Math.log1p((y[c] - y[best]) / y[best]))
  const logits = terms((c) => row[c] - row[best])
  const size = (values: readonly number[]) => sum(values.map(Math.abs))
  return {
    logits: d.map((d_j) => d_j / (t * a)),
    tau: -sum(logs) / a,
    temperature: -sum(logits) / (t * t * a),
    size: { tau: size(logs) / a, temperature: size(logits) / (t * t * a) },
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}

/** Fails unless samples are within 2e-6 of the expected, and within 1e-4 of them, relatively, above 1e-6. */
export function expectSamples(actual: Float32Array, expected: ArrayLike<number>, what: string): void {
  expectWithin(actual, expected, (e) => (e > 1e-6 ? Math.min(2e-6, 1e-4 * e) : 2e-6), what)
}

/** The least normal float32: what is below may be 0. */
export const MIN_NORMAL = 2 ** -126

/**
 * Fails unless gradients are within 1e-4 of the expected, relatively, or 1e-6 of the largest of their row; or within
 * `underflow`, below which those of a row may be 0.
 */
export function expectGradients(
  actual: Float32Array | undefined,
  expected: ArrayLike<number>,
  numClasses: number,
  what: string,
  underflow: (row: number) => number = () => MIN_NORMAL,
): void {
  const floors = Array.from({ length: expected.length / numClasses }, (_, row) => underflow(row))
  for (let i = 0; i < expected.length; i++) {
    const row = Math.floor(i / numClasses)
    floors[row] = Math.max(floors[row], 1e-6 * Math.abs(expected[i]))
  }
  expectWithin(actual, expected, (e, i) => 1e-4 * Math.abs(e) + floors[Math.floor(i / numClasses)], what)
}

/** Fails unless each number is within its tolerance; names the worst and how many more there are. */
export function expectWithin(
  actual: ArrayLike<number> | undefined,
  expected: ArrayLike<number>,
  tolerance: (expected: number, i: number) => number,
  what: string,
): void {
  expect(actual?.length, `${what}: length`).toBe(expected.length)
  let worst = { i: -1, excess: 1 }
  let count = 0
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual![i] - expected[i])
    const allowed = tolerance(expected[i], i)
    if (error <= allowed) continue
    count++
    const excess = Number.isNaN(error) ? Infinity : error / allowed
    if (excess > worst.excess) worst = { i, excess }
  }
  if (count > 0)
    expect.fail(
      `${what}: [${worst.i}] is ${actual![worst.i]}, not ${expected[worst.i]}, ${worst.excess} times what is allowed; ${count} of ${expected.length} differ`,
    )
}

/** The value of the bits of a float16. */
export function float16Of(half: number): number {
  const [sign, exponent, fraction] = [(half >> 15) & 1, (half >> 10) & 31, half & 1023]
  const magnitude = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15)
  return sign ? -magnitude : magnitude
}
