import { expect } from 'vitest'
import type { Random } from './random'

/** What a row's filters are, and its temperature. */
export interface Filters {
  temperature: number
  topK: number
  topP: number
  minP: number
}

/** Filters of rows, of each kind some that are off. */
export function randomFilters(random: Random, batchSize: number) {
  const each = <T>(of: readonly T[]) => Array.from({ length: batchSize }, () => random.pick(of))
  return {
    topK: each([0, 0, 1, 2, 20, 50, 256, 1000, 2 ** 31 - 1]),
    topP: each([1, 1, 0, 1e-6, 0.1, 0.9, 0.99, 1 - 1e-7]),
    minP: each([0, 0, 0, 1e-10, 0.05, 0.5, 1]),
  }
}

/** Columns in the order of classes: descending logits, of equal ones the lower class; masked ones are left out. */
export function inOrder(row: Float32Array): number[] {
  return Array.from(row, (_, column) => column)
    .filter((column) => row[column] !== -Infinity)
    .toSorted((a, b) => row[b] - row[a] || a - b)
}

/**
 * Fails unless `kept`, columns in their order, are what the filters keep by float64 arithmetic. Where the mass before a class is within
 * 2e-6 of the share that decides, either is right.
 */
export function expectKept(logits: Float32Array, filters: Filters, kept: ArrayLike<number>, what: string): void {
  // Subnormals count as 0.
  const row = logits.map((logit) => (Math.abs(logit) < 2 ** -126 ? 0 : logit))
  const { temperature, topK, topP, minP } = filters
  const order = inOrder(row)
  expect(Array.from(kept), `${what}: the first classes in their order`).toEqual(order.slice(0, kept.length))
  const top = row[order[0]]
  if (temperature === 0) return expect(kept.length, what).toBe(1)
  const first = order.slice(0, topK > 0 ? topK : undefined)
  // Classes that min-p surely leaves, and those that it may: what is too near its line is either.
  let [least, most] = [first.length, first.length]
  if (minP > 0) {
    const line = top + temperature * Math.log(Math.fround(minP))
    const slack = 1e-6 * (Math.abs(top) + Math.abs(line))
    const above = (bound: number) => Math.max(1, first.filter((column) => row[column] >= bound).length)
    ;[least, most] = [above(line + slack), above(line - slack)]
  }
  expect(kept.length, `${what}: at most`).toBeLessThanOrEqual(most)
  if (topP === 1) return expect(kept.length, `${what}: at least`).toBeGreaterThanOrEqual(least)
  const masses = first.map((column) =>
    row[column] < top - 28 * temperature ? 0 : Math.exp((row[column] - top) / temperature),
  )
  const all = masses.reduce((sum, mass) => sum + mass, 0)
  const before = (n: number) => masses.slice(0, n).reduce((sum, mass) => sum + mass, 0) / all
  if (kept.length > 1)
    expect(before(kept.length - 1), `${what}: the mass before the last`).toBeLessThan(Math.fround(topP) + 2e-6)
  if (kept.length < least)
    expect(before(kept.length), `${what}: the mass before the first that is dropped`).toBeGreaterThan(
      Math.fround(topP) - 2e-6,
    )
}
