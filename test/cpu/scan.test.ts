import { createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { gumbelOf } from '../../src/noise/transform'
import { upperBound } from '../../src/operations/sample/scan'
import { narrowWins } from '../helpers/extremes'

const HALVES = 2 ** 16
const sampler = await createSampler({ backend: 'cpu' })
const wins = await narrowWins(2048)

describe('what a draw skips on the CPU', () => {
  // Sampling leaves 4e-5 of slack below the best so far; half of it is for the bound's own rounding.
  test('is no noise above the bounds of all 65,536 high halves', () => {
    const above: number[] = []
    let loosest = 0
    for (let half = 0; half < HALVES; half++) {
      // Small words give large noise.
      const most = gumbelOf(half * HALVES)
      if (upperBound(half) < most - 2e-5) above.push(half)
      if (half > 0) loosest = Math.max(loosest, upperBound(half) - most)
    }
    expect(above).toEqual([])
    // So loose that nothing is skipped would be right too, and slow.
    expect(loosest).toBeLessThan(4)
    expect(loosest).toBeGreaterThan(0)
  })

  test.each(wins.map((win) => [win.name, win] as const))('is no class that wins: %s', async (_, win) => {
    const { logits, options, winner } = win
    expect((await sampler.sample(logits, options)).indices).toEqual(Int32Array.of(winner))
  })

  test('is no subnormal logit that ties with 0 at T = 0: the first wins', async () => {
    const logits = Float32Array.of(-1, -1e-40, 1e-40, 0)
    const { indices } = await sampler.sample(logits, { batchSize: 1, numClasses: 4, seed: 1, temperature: 0 })
    expect(indices).toEqual(Int32Array.of(1))
  })
})
