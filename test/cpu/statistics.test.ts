import { type SampleCallOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { type ChiSquared, chiSquared, countsOf, softmax } from '../helpers/chi_squared'
import { randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'

const sampler = await createSampler({ backend: 'cpu' })

/** Draws of the same row that differ in one part of what names their noise alone. */
type Drawer = (logits: Float32Array, temperature: number, draws: number) => Promise<Int32Array>

async function drawn(logits: Float32Array, options: Omit<SampleCallOptions, 'numClasses'>): Promise<Int32Array> {
  return (await sampler.sample(logits, { numClasses: logits.length, ...options })).indices
}

function repeated(row: Float32Array, times: number): Float32Array {
  const out = new Float32Array(row.length * times)
  for (let i = 0; i < times; i++) out.set(row, i * row.length)
  return out
}

const DRAWERS: Record<string, Drawer> = {
  samples: (row, temperature, draws) => drawn(row, { batchSize: 1, seed: 1, temperature, numSamples: draws }),
  rows: async (row, temperature, draws) => {
    const options = { batchSize: draws, numClasses: row.length, seed: 2, temperature }
    return (await sampler.sample(repeated(row, draws), options)).indices
  },
  // Row 0, sample 0 alone, where a peer drew class 0 always.
  seeds: async (row, temperature, draws) => {
    const seed = Array.from({ length: draws }, (_, i) => i)
    const options = { batchSize: draws, numClasses: row.length, seed, temperature }
    return (await sampler.sample(repeated(row, draws), options)).indices
  },
  // All of stream 0, as calls of one row are, one a step.
  steps: async (row, temperature, draws) => {
    const step = Array.from({ length: draws }, (_, i) => i)
    const options = { batchSize: draws, numClasses: row.length, seed: 3, temperature, streams: 0, step }
    return (await sampler.sample(repeated(row, draws), options)).indices
  },
}

const DRAWS = 50_000
const P = 0.001
const TEMPERATURE = 0.8
const ROW = randomLogits('normal', 1, 40, 4).map((logit) => logit / 2)

async function fit(draw: Drawer, row = ROW, temperature = TEMPERATURE): Promise<ChiSquared> {
  return chiSquared(countsOf(await draw(row, temperature, DRAWS), ROW.length), softmax(ROW, TEMPERATURE))
}

/** Sum of (q - p)^2 / p: what a sampler of q adds to the statistic against p for each draw. */
function noncentrality(q: readonly number[], p: readonly number[]): number {
  return p.reduce((sum, each, i) => sum + (q[i] - each) ** 2 / each, 0)
}

/*
 * Power: a sampler that is wrong adds draws * sum((q - p)^2 / p) to a statistic that is 39 +- 9 where it is right and is
 * refused from 72 on. One whose temperature is 5 % off adds 155 +- 25, so that it is missed less than once in 10,000 times.
 */
describe('Gumbel-max draws from softmax(logits / temperature): chi-squared', () => {
  test.each(Object.entries(DRAWERS))('over %s', async (_, draw) => {
    const { p, degrees } = await fit(draw)
    expect(p).toBeGreaterThan(P)
    expect(degrees).toBeGreaterThan(30)
  })

  test.each([0.3, 2, 30])('at temperature %d', async (temperature) => {
    const counts = countsOf(await DRAWERS.samples(ROW, temperature, DRAWS), ROW.length)
    expect(chiSquared(counts, softmax(ROW, temperature)).p).toBeGreaterThan(P)
  })

  test('over 300 classes, most of them rare', async () => {
    const row = randomLogits('normal', 1, 300, 5)
    const { p } = chiSquared(countsOf(await DRAWERS.samples(row, 1, DRAWS), 300), softmax(row, 1))
    expect(p).toBeGreaterThan(P)
  })

  describe('fails for', () => {
    test('a temperature 5 % off', async () => {
      const off = noncentrality(softmax(ROW, TEMPERATURE * 1.05), softmax(ROW, TEMPERATURE))
      expect(DRAWS * off).toBeGreaterThan(150)
      for (const draw of Object.values(DRAWERS)) expect((await fit(draw, ROW, TEMPERATURE * 1.05)).p).toBeLessThan(P)
    })

    test('a class that is never drawn', async () => {
      // The rarest class that has a bin of its own.
      const probabilities = softmax(ROW, TEMPERATURE)
      const dropped = probabilities.reduce((best, p, i) => (p * DRAWS > 40 && p < probabilities[best] ? i : best), 0)
      const row = ROW.map((logit, i) => (i === dropped ? -Infinity : logit))
      expect((await fit(DRAWERS.samples, row)).p).toBeLessThan(P)
    })

    test('two classes that share their noise', async () => {
      const numClasses = ROW.length
      const all = await sampler.noise('gumbel', { batchSize: DRAWS, numClasses, seed: 6 })
      const draws = Array.from({ length: DRAWS }, (_, row) => {
        const noise = all.subarray(row * numClasses, (row + 1) * numClasses)
        noise[1] = noise[0]
        const scores = noise.map((g, i) => ROW[i] / TEMPERATURE + g)
        return scores.indexOf(scores.reduce((a, b) => Math.max(a, b)))
      })
      const counts = countsOf(draws, numClasses)
      expect(chiSquared(counts, softmax(ROW, TEMPERATURE)).p).toBeLessThan(P)
    })
  })
})

/** Counts of pairs of neighbouring draws among `classes`, against all pairs being equally likely. */
function pairs(indices: Int32Array, classes: number): ChiSquared {
  const counts = Array.from({ length: classes * classes }, () => 0)
  for (let i = 1; i < indices.length; i++) counts[indices[i - 1] * classes + indices[i]]++
  return chiSquared(
    counts,
    counts.map(() => 1 / counts.length),
  )
}

/* Power: a draw that copies the one before it once in 20 times adds 50,000 * 0.0025 * 7 = 875 to a statistic of 63 +- 11. */
describe('neighbouring draws are independent: chi-squared of pairs', () => {
  const row = new Float32Array(8)

  test.each(Object.entries(DRAWERS))('over %s', async (_, draw) => {
    expect(pairs(await draw(row, 1, DRAWS), 8).p).toBeGreaterThan(P)
  })

  test('fails where one draw in 20 copies the one before it', async () => {
    const random = new Random(7)
    const indices = await DRAWERS.samples(row, 1, DRAWS)
    for (let i = 1; i < indices.length; i++) if (random.uniform() < 0.05) indices[i] = indices[i - 1]
    expect(pairs(indices, 8).p).toBeLessThan(P)
  })
})
