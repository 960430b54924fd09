/**
 * The estimators of the toy page, on the CPU backend, at seeds that never change. An unbiased mean is allowed 4.5 standard errors: a right one fails at
 * one seed in 150,000, and a bias of 7 errors is missed in fewer than one of 100. The errors are bounded here too, so that 7 of them are known.
 */
import { type Sampler, createSampler } from 'gumbel-webgpu'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { descend } from '../../demo/train/toy/descent'
import { estimatesOf, expectedLossOf, gradientOf, lossOf } from '../../demo/train/toy/estimators'
import { type Moments, type Point, momentsOf, pointAt } from '../../demo/train/toy/sweep'

const ERRORS = 4.5
const SAMPLES = 100_000
const LOGIT = -1

let sampler: Sampler

beforeAll(async () => {
  sampler = await createSampler({ backend: 'cpu' })
})

afterAll(() => sampler.destroy())

const found = new Map<string, Promise<Point>>()

/** One draw of each tau and logit for all tests. */
async function momentsAt(tau: number, logit = LOGIT): Promise<Point['moments']> {
  const key = `${tau} ${logit}`
  let point = found.get(key)
  if (!point) found.set(key, (point = pointAt(sampler, logit, tau, 1, SAMPLES)))
  return (await point).moments
}

/** `largest` bounds the standard error as a part of the true gradient. */
function expectUnbiased({ bias, error }: Moments, logit: number, largest: number, what: string): void {
  expect(Math.abs(bias), what).toBeLessThan(ERRORS * error)
  expect(error / gradientOf(logit), what).toBeLessThan(largest)
}

/** Mean and variance of a function of logistic noise, by the midpoints of its quantiles. */
function integral(of: (noise: number) => number): { mean: number; variance: number } {
  const count = 400_000
  let [sum, squares] = [0, 0]
  for (let i = 0; i < count; i++) {
    const u = (i + 0.5) / count
    const value = of(Math.log(u) - Math.log1p(-u))
    sum += value
    squares += value * value
  }
  return { mean: sum / count, variance: squares / count - (sum / count) ** 2 }
}

/** What theory says of Gumbel-softmax and of its straight-through form: logistic noise is the difference of two Gumbel ones. */
function theoryAt(tau: number, hard: boolean) {
  return integral((noise) => {
    const score = LOGIT + noise
    const y = 1 / (1 + Math.exp(-score / tau))
    const b = hard ? Number(score > 0) : y
    return (2 * (b - 0.45) * y * (1 - y)) / tau
  })
}

test('the true gradient is the slope of the mean loss', () => {
  for (const logit of [-2, -1, 0, 1.5]) {
    const h = 1e-4
    const slope = (expectedLossOf(logit + h) - expectedLossOf(logit - h)) / (2 * h)
    expect(gradientOf(logit)).toBeCloseTo(slope, 8)
  }
  expect(expectedLossOf(0)).toBeCloseTo((lossOf(0) + lossOf(1)) / 2, 12)
})

test.each([
  [0.4, -1],
  [3, -1],
  [3, 1],
])('REINFORCE, with a baseline or without, and REBAR have no bias at tau %f, logit %f', async (tau, logit) => {
  const moments = await momentsAt(tau, logit)
  // A bias of a seventh of the gradient would be seen; with a baseline, one of a fortieth.
  expectUnbiased(moments.reinforce, logit, 0.02, 'REINFORCE')
  expectUnbiased(moments.rebar, logit, 0.02, 'REBAR')
  expectUnbiased(moments['reinforce-baseline'], logit, 0.0035, 'with a baseline')
})

test.each([0.4, 3])('what REBAR adds has a mean of 0 at tau %f', async (tau) => {
  const logits = new Float32Array(SAMPLES).fill(LOGIT)
  const { control, 'gumbel-softmax': relaxed } = await estimatesOf(sampler, logits, { tau, seed: 2, step: 0 })
  const { bias, error } = momentsOf(control, 0)
  expect(Math.abs(bias)).toBeLessThan(ERRORS * error)
  // With eta up to 2 that bounds REBAR's bias as tightly as its own error does.
  expect(error).toBeLessThan(2e-3)
  expect(momentsOf(relaxed, 0).variance).toBeGreaterThan(0)
})

test('REBAR has less variance than REINFORCE where its relaxation is smooth, and never more', async () => {
  for (const [tau, most] of [
    [0.4, 1.001],
    [3, 0.95],
    [10, 0.4],
  ]) {
    const { rebar, reinforce } = await momentsAt(tau)
    expect(rebar.variance / reinforce.variance, `tau ${tau}`).toBeLessThan(most)
  }
})

test('Gumbel-softmax and its straight-through form have the bias and variance of theory', async () => {
  for (const tau of [0.1, 0.4, 3]) {
    const moments = await momentsAt(tau)
    for (const [name, hard] of [
      ['gumbel-softmax', false],
      ['straight-through', true],
    ] as const) {
      const theory = theoryAt(tau, hard)
      const { mean, error, variance } = moments[name]
      expect(Math.abs(mean - theory.mean), `${name}, tau ${tau}`).toBeLessThan(ERRORS * error)
      expect(Math.abs(variance / theory.variance - 1), `${name}, tau ${tau}`).toBeLessThan(0.05)
    }
  }
})

test("Gumbel-softmax's bias grows with tau until it is larger than the gradient, and its variance falls", async () => {
  const [cold, warm, hot, hottest] = await Promise.all(
    [0.1, 0.4, 3, 10].map(async (tau) => (await momentsAt(tau))['gumbel-softmax']),
  )
  expect(Math.abs(cold.bias)).toBeGreaterThan(ERRORS * cold.error)
  expect(Math.abs(warm.bias)).toBeGreaterThan(2 * Math.abs(cold.bias))
  expect(Math.abs(warm.bias)).toBeGreaterThan(gradientOf(LOGIT))
  expect(warm.variance).toBeLessThan(0.5 * cold.variance)
  expect(hot.variance).toBeLessThan(0.1 * warm.variance)
  expect(hottest.variance).toBeLessThan(0.1 * hot.variance)
})

test('an unbiased descent finds the best coin, a biased one another', async () => {
  let ends: Record<string, number[]> = {}
  for await (const descents of descend(sampler, { logit: LOGIT, tau: 1, seed: 1 })) {
    ends = descents
    if (descents.rebar.length > 150) break
  }
  const [begin, last] = [ends.rebar[0], (name: string) => ends[name].at(-1)!]
  for (const name of ['reinforce', 'reinforce-baseline', 'rebar']) expect(last(name), name).toBeLessThan(begin / 3)
  for (const name of ['gumbel-softmax', 'straight-through']) expect(last(name), name).toBeGreaterThan(begin)
})
