import type { SampleCallOptions, SampleResult } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { expectClose } from './compare'
import { inOrder } from './filters'

/** Fails unless log-probabilities are within 1e-5; what is at the end of float32's range may be past it. */
export function expectCloseLogs(
  actual: Float32Array | undefined,
  expected: Float32Array | undefined,
  what: string,
): void {
  const within = (logs: Float32Array | undefined) => logs?.map((each) => (each < -3.4e38 ? -Infinity : each))
  expectClose(within(actual), within(expected), 1e-5, what)
}

/** One row of a result with everything asked for, and what it was drawn from. */
export interface ListedRow {
  /** As they are given. */
  logits: Float32Array
  /** After bias, penalties and bitmask. */
  adjusted: Float32Array
  temperature: number
}

/**
 * Fails unless log-probabilities and lists of rows are what float64 arithmetic and sorting say. The result has `kept` sets, which other tests
 * look at; `replacement` says whether draws may be equal.
 */
export function expectLogProbs(
  result: SampleResult,
  { logProbs, numClasses, topLogProbs: n = 0, numSamples = 1, replacement = true, classOffset = 0 }: SampleCallOptions,
  rows: readonly ListedRow[],
  what: string,
): void {
  rows.forEach((row, r) => {
    if (result.invalidRows.some((each) => each.row === r)) {
      const nan = new Float32Array(numSamples).fill(NaN)
      expect(result.logProbs!.slice(r * numSamples, (r + 1) * numSamples), `${what}: row ${r}`).toEqual(nan)
      expect([...result.topIndices!.subarray(r * n, (r + 1) * n)], `${what}: row ${r}`).toEqual(Array(n).fill(-1))
      expect([...result.topLogProbs!.subarray(r * n, (r + 1) * n)], `${what}: row ${r}`).toEqual(Array(n).fill(NaN))
      return
    }
    const of = logProbs === 'raw' ? row.logits : row.adjusted
    // Subnormals count as 0.
    const order = inOrder(of.map((logit) => (Math.abs(logit) < 2 ** -126 ? 0 : logit)))
    const kept = logProbs === 'raw' ? order : order.slice(0, result.keptCounts![r])
    const temperature = logProbs === 'raw' ? 1 : Math.fround(row.temperature)
    const scaled = (column: number) => (temperature === 0 ? 0 : (of[column] - of[order[0]]) / temperature)
    const log = Math.log(kept.reduce((sum, column) => sum + Math.exp(scaled(column)), 0))
    const list = kept.slice(0, n)
    const indices = Array.from({ length: n }, (_, i) => (i < list.length ? classOffset + list[i] : -1))
    expect([...result.topIndices!.subarray(r * n, (r + 1) * n)], `${what}: list of row ${r}`).toEqual(indices)
    const listed = Float32Array.from({ length: n }, (_, i) => (i < list.length ? scaled(list[i]) - log : -Infinity))
    expectCloseLogs(result.topLogProbs!.slice(r * n, (r + 1) * n), listed, `${what}: log-probabilities of row ${r}`)
    const drawn = Float32Array.from({ length: numSamples }, (_, s) => {
      const index = result.indices[r * numSamples + s]
      if (index < 0) return NaN
      return temperature === 0 && s > 0 && !replacement ? -Infinity : scaled(index - classOffset) - log
    })
    const actual = result.logProbs!.slice(r * numSamples, (r + 1) * numSamples)
    expectCloseLogs(actual, drawn, `${what}: draws of row ${r}`)
  })
  expect(result.topIndices!.length, what).toBe(rows.length * n)
  expect(numClasses, what).toBe(rows[0].logits.length)
}
