import { expect } from 'vitest'
import { gumbelOf } from '../../src/cpu/noise'
import { type Draw, wordOf } from './reference'

/** Strict scores of one draw of a row, `logit + temperature * gumbel`, as the contract says; -Infinity where masked. */
export function naiveScores(row: Float32Array, draw: Draw): number[] {
  return Array.from(row, (logit, i) => {
    const noise = Math.fround(Math.fround(draw.temperature) * gumbelOf(wordOf(draw.classOffset + i, draw)))
    return Math.fround((Math.abs(logit) < 2 ** -126 ? 0 : logit) + noise)
  })
}

/** `softmax(scores / (temperature * tau))` in float64, or the one-hot of the first maximum where that is 0. */
export function relaxed(scores: readonly number[], temperature: number, tau: number): number[] {
  const max = Math.max(...scores)
  if (temperature * tau === 0) return scores.map((_, i) => Number(i === scores.indexOf(max)))
  const inverse = 1 / (Math.fround(temperature) * Math.fround(tau))
  const weights = scores.map((score) => Math.exp((score - max) * inverse))
  const sum = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / sum)
}

/** Gradients of one draw in float64, by pairs, so that nothing cancels: `d_j = y_j sum_i y_i (G_j - G_i)`. */
export function naiveGradients(
  gradSamples: Float32Array,
  row: Float32Array,
  draw: Draw,
  tau: number,
): { logits: number[]; tau: number; temperature: number } {
  const scores = naiveScores(row, draw)
  const t = Math.fround(draw.temperature)
  const a = Math.fround(tau)
  const y = relaxed(scores, t, a)
  const d = y.map((y_j, j) =>
    y_j ? y_j * sum(y.map((y_i, i) => (y_i ? y_i * (gradSamples[j] - gradSamples[i]) : 0))) : 0,
  )
  const dot = (values: ArrayLike<number>) => sum(d.map((each, i) => (each ? each * values[i] : 0)))
  return {
    logits: d.map((each) => each / (t * a)),
    tau: -dot(scores) / (t * a * a),
    temperature: -dot(row) / (t * t * a),
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}

/** Fails unless samples are within 2e-6 of the expected, and within 1e-4 of them, relatively, above 1e-6. */
export function expectSamples(actual: Float32Array, expected: ArrayLike<number>, what: string): void {
  expectWithin(actual, expected, (e) => (e > 1e-6 ? Math.min(2e-6, 1e-4 * e) : 2e-6), what)
}

/** Fails unless gradients are within 1e-4 of the expected, relatively, or 1e-6 of the largest of their row. */
export function expectGradients(
  actual: Float32Array | undefined,
  expected: ArrayLike<number>,
  numClasses: number,
  what: string,
): void {
  const largest = new Float64Array(expected.length / numClasses)
  for (let i = 0; i < expected.length; i++) {
    const row = Math.floor(i / numClasses)
    largest[row] = Math.max(largest[row], Math.abs(expected[i]))
  }
  expectWithin(actual, expected, (e, i) => 1e-4 * Math.abs(e) + 1e-6 * largest[Math.floor(i / numClasses)], what)
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
