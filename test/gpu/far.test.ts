import { createSampler, philox4x32 } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { expectSame } from '../helpers/compare'
import { gpuTest } from '../helpers/gpu'
import { wordOf } from '../helpers/reference'

const cpu = await createSampler({ backend: 'cpu' })
const numClasses = 131_072
const options = { batchSize: 1, numClasses, seed: 1, streams: 0 }

gpuTest('a head 40 nats above 131,071 others is drawn in each of 300 samples and 20 rows', async ({ sampler }) => {
  const row = new Float32Array(numClasses).fill(-40)
  row[70_000] = 0
  const samples = await sampler.sample(row, { ...options, numSamples: 300 })
  expectSame(samples.indices, new Int32Array(300).fill(70_000), 'samples')
  const rows = new Float32Array(20 * numClasses)
  for (let i = 0; i < 20; i++) rows.set(row, i * numClasses)
  const { indices } = await sampler.sample(rows, { batchSize: 20, numClasses, seed: 2 })
  expectSame(indices, new Int32Array(20).fill(70_000), 'rows')
})

/** Classes of 131,072 with words below 2^8, which the extended tail refines, found by a search over steps. */
const RARE = [
  { step: 10, classIndex: 33465, word: 190 },
  { step: 178, classIndex: 4561, word: 72 },
  { step: 549, classIndex: 49818, word: 119 },
  { step: 39476, classIndex: 47972, word: 0 },
  { step: 65493, classIndex: 34167, word: 0 },
]

/** Noise that the contract gives a rare class, in float64, and the finest that its word alone would give. */
function noiseOf({ step, classIndex, word }: (typeof RARE)[number]): { standard: number; extended: number } {
  const tail = philox4x32([classIndex >>> 2, 0, step, 2 * 2 ** 24], [1, 0])[classIndex & 3]
  const gumbel = (u: number) => -Math.log(-Math.log1p(-u))
  return { standard: gumbel((word + 0.5) / 2 ** 32), extended: gumbel((word + (tail + 0.5) / 2 ** 32) / 2 ** 32) }
}

describe('the largest noise there is', () => {
  test.each(RARE)('belongs to word $word of class $classIndex at step $step', ({ step, classIndex, word }) => {
    expect(wordOf(classIndex, { seed: 1n, stream: 0, step, draw: 0 })).toBe(word)
  })

  for (const tail of ['standard', 'extended'] as const)
    gpuTest(`wins, with the ${tail} tail`, async ({ sampler }) => {
      const flat = new Float32Array(numClasses)
      for (const rare of RARE) {
        const call = { ...options, step: rare.step, tail, scores: true }
        const drawn = await sampler.sample(flat, call)
        expectSame(drawn.indices, [rare.classIndex], `step ${rare.step}: index`)
        expectSame(drawn.scores, (await cpu.sample(flat, call)).scores, `step ${rare.step}: score`)
        expect(Math.abs(drawn.scores![0] - noiseOf(rare)[tail])).toBeLessThan(2e-6)
      }
    })

  gpuTest('passes 22.9 with the extended tail only', async ({ sampler }) => {
    const rare = RARE[4]
    const { standard, extended } = noiseOf(rare)
    expect([standard < 23, extended > 25]).toEqual([true, true])
    // A head whose score is 24, between the two.
    const head = { ...options, step: rare.step, numClasses: 8 }
    const logits = new Float32Array(numClasses)
    logits[0] = 24 - (await cpu.noise('gumbel', head))[0]
    for (const each of [sampler, cpu]) {
      const call = { ...options, step: rare.step }
      expectSame((await each.sample(logits, call)).indices, [0], `${each.backend}, standard`)
      const { indices } = await each.sample(logits, { ...call, tail: 'extended' })
      expectSame(indices, [rare.classIndex], `${each.backend}, extended`)
    }
  })
})
