import { combinePartials, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { chiSquared, countsOf } from '../helpers/chi_squared'
import { expectClose, expectSame } from '../helpers/compare'
import { gpuTest } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'
import { WHOLE } from '../helpers/matrix'

const cpu = await createSampler({ backend: 'cpu' })

/** Draws of each test; bits are compared with the CPU's, so that few tell as much of a kernel, and many of the statistic. */
const DRAWS = WHOLE ? 500_000 : 100_000

describe('draws are of exact sums', () => {
  for (const offset of [0, -1e7])
    gpuTest(`ten equal logits of ${offset} are drawn equally often, ${DRAWS} times`, async ({ sampler }) => {
      const options = { batchSize: 1, numClasses: 10, numSamples: DRAWS, seed: 11n }
      const logits = new Float32Array(10).fill(offset)
      const { indices } = await sampler.sample(logits, options)
      expectSame(indices, (await cpu.sample(logits, options)).indices, 'indices of the CPU')
      expect(chiSquared(countsOf(indices, 10), Array(10).fill(0.1)).p).toBeGreaterThan(1e-3)
    })

  for (const [batchSize, numClasses, numSamples] of [
    [100, 10, DRAWS / 100],
    [50, 1000, WHOLE ? 200 : 20],
    [2, 20_000, WHOLE ? 200 : 20],
  ])
    gpuTest(
      `an offset that keeps the logits exact changes none of ${numSamples} draws of [${batchSize}, ${numClasses}]`,
      async (gpu) => {
        const { sampler } = gpu
        const logits = randomLogits('normal', batchSize, numClasses, 3).map((logit) => Math.round(8 * logit) / 8)
        const moved = logits.map((logit) => logit + 2 ** 20)
        const options = { batchSize, numClasses, numSamples, seed: 4n, tau: 0.5 }
        const { indices } = await sampler.sample(logits, options)
        expectSame((await sampler.sample(moved, options)).indices, indices, 'indices')
        const few = { ...options, numSamples: 1 }
        const first = indices.filter((_, i) => i % numSamples === 0)
        expectSame((await sampler.gumbelSoftmax(moved, few)).indices, first, 'indices of soft samples')
        expectSame((await sampler.gumbelSoftmax(moved, { ...few, hard: true })).indices, first, 'of hard samples')
      },
    )

  gpuTest('at a tiny temperature equal logits are drawn equally often, at 0 the first is', async ({ sampler }) => {
    const options = { batchSize: 1, numClasses: 4, numSamples: 40_000, seed: 1 }
    const logits = new Float32Array(4).fill(3)
    const { indices } = await sampler.sample(logits, { ...options, temperature: 1e-18 })
    expect(chiSquared(countsOf(indices, 4), Array(4).fill(0.25)).p).toBeGreaterThan(1e-3)
    expect([...new Set((await sampler.sample(logits, { ...options, temperature: 0 })).indices)]).toEqual([0])
  })
})

describe('shards of a vocabulary', () => {
  const [batchSize, numClasses, numSamples] = [12, 5000, 2]
  const logits = randomLogits('flat', batchSize, numClasses, 3).map((logit) => logit - 2 ** 23)
  logits.fill(-Infinity, 0, 2048)
  logits[numClasses] = NaN
  logits[2 * numClasses - 1] = Infinity
  logits.fill(-Infinity, 2 * numClasses, 3 * numClasses)
  const options = { batchSize, numClasses, numSamples, seed: 6n, temperature: 0.8 }
  const cuts = [0, 16, 2048, 3000, numClasses]

  gpuTest('combine to the draw of the whole, in any order, on both backends', async ({ sampler }) => {
    const whole = await sampler.sample(logits, { ...options, partial: true })
    for (const each of [sampler, cpu]) {
      const shards = await Promise.all(
        cuts.slice(1).map((end, i) => {
          const shard = { ...options, numClasses: end - cuts[i], classOffset: cuts[i], partial: true }
          return each.sample({ data: logits, offset: cuts[i], rowStride: numClasses }, shard)
        }),
      )
      const combine = { batchSize, temperature: options.temperature }
      for (const order of [
        shards,
        shards.toReversed(),
        [combinePartials(shards.slice(1, 3), combine), shards[0], shards[3]],
      ]) {
        const combined = combinePartials(order, combine)
        for (const name of ['indices', 'scores', 'remainders', 'maxima', 'statuses'] as const)
          expectSame(combined[name], whole[name], `${each.backend}: ${name}`)
        expectClose(combined.sums, whole.sums, 1e-4, `${each.backend}: sums`)
        expect(combined.invalidRows).toEqual(whole.invalidRows)
      }
    }
    const drawn = await sampler.sample(logits, { ...options, scores: true, invalidRows: 'mark' })
    expectSame(whole.indices, drawn.indices, 'indices without partial')
    expect(whole.invalidRows).toEqual(drawn.invalidRows)
  })

  gpuTest('refuse log-probabilities, which a shard does not know', async ({ sampler }) => {
    await expect(sampler.sample(logits, { ...options, partial: true, logProbs: true })).rejects.toThrow(
      'logProbs is given beside partial; it must be left out',
    )
    expect(() => combinePartials([])).toThrow('partials has length 0')
    expect(() => combinePartials([{ indices: new Int32Array(1), invalidRows: [] }])).toThrow(
      'partials[0].scores is undefined; pass what sample gives with partial: true',
    )
  })
})
