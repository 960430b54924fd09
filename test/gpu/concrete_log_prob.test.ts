import { type ConcreteLogProbOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import { expectSame } from '../helpers/compare'
import { naiveDensity } from '../helpers/density'
import { type TestGpu, gpuTest, variantsOf } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'
import { matrix } from '../helpers/matrix'
import { Random } from '../helpers/random'
import { expectWithin } from '../helpers/soft'

// It is float64 inside: test/cpu/concrete_log_prob.test.ts.
const cpu = await createSampler({ backend: 'cpu' })

interface Values {
  data: Float32Array<ArrayBuffer>
  offset: number
  rowStride: number
}

/** Fails unless the GPU's log densities are the CPU's within 2e-6 of what is added up to them; -Infinity and NaN alike. */
async function expectCpuDensities(
  sampler: TestGpu['sampler'],
  samples: Values,
  logits: Values,
  options: ConcreteLogProbOptions,
): Promise<void> {
  const { numClasses, numSamples = 1 } = options
  const actual = await sampler.concreteLogProb(samples, logits, options)
  const expected = await cpu.concreteLogProb(samples, logits, options)
  const at = (values: number | ArrayLike<number> = 1, r: number) => (typeof values === 'number' ? values : values[r])
  const what = `[${options.batchSize}, ${numClasses}] x ${numSamples}`
  const finite = expected.filter(Number.isFinite)
  expectSame(
    actual.map((each) => (Number.isFinite(each) ? 0 : each)),
    expected.map((each) => (Number.isFinite(each) ? 0 : each)),
    what,
  )
  expect(finite.length, what).toBeGreaterThan(expected.length / 2)
  const sizes = Float64Array.from(expected, (logProb, i) => {
    if (!Number.isFinite(logProb)) return 0
    const r = Math.floor(i / numSamples)
    const [y, row] = [
      { ...samples, row: i },
      { ...logits, row: r },
    ].map(({ data, offset, rowStride, row: each }) => data.subarray(offset + each * rowStride).subarray(0, numClasses))
    return naiveDensity(y, row, at(options.temperature, r), at(options.tau, r)).size
  })
  const zeroed = (each: number) => (Number.isFinite(each) ? each : 0)
  expectWithin(actual.map(zeroed), expected.map(zeroed), (_, i) => 2e-6 * sizes[i] + 1e-5, what)
}

function packed(data: Float32Array<ArrayBuffer>, numClasses: number): Values {
  return { data, offset: 0, rowStride: numClasses }
}

/** Samples at another tau than their density's, as whoever trains by importance weights has them. */
async function samplesOf(data: Float32Array, options: Omit<ConcreteLogProbOptions, 'logSamples'>, seed: number) {
  const { samples } = await cpu.gumbelSoftmax(data, { ...options, tau: 2, seed })
  return samples as Float32Array<ArrayBuffer>
}

describe('GPU log densities are CPU log densities', () => {
  for (const [batchSize, numClasses, numSamples] of matrix({
    everywhere: [
      [64, 1000, 2],
      [3, 4097, 1],
    ],
    whole: [
      [50_000, 10, 1],
      [1, 100_000, 1],
    ],
  }))
    gpuTest(`[${batchSize}, ${numClasses}] x ${numSamples}`, async ({ sampler }) => {
      const data = randomLogits('normal', batchSize, numClasses, 1)
      const options = { batchSize, numClasses, numSamples, temperature: 2, tau: 0.7 }
      const samples = await samplesOf(data, options, 2)
      await expectCpuDensities(sampler, packed(samples, numClasses), packed(data, numClasses), options)
    })

  gpuTest('1 to 9 classes, at temperatures and taus of each row', async ({ sampler }) => {
    const random = new Random(3)
    const rows = [0.5, 1, 3, 100].flatMap((temperature) =>
      [0.01, 0.3, 1, 10, 1000].map((tau) => ({ temperature, tau })),
    )
    for (let numClasses = 1; numClasses <= 9; numClasses++)
      for (const kind of ['normal', 'masked', 'ties'] as const) {
        const options = {
          batchSize: rows.length,
          numClasses,
          numSamples: 2,
          temperature: rows.map(({ temperature }) => temperature),
          tau: rows.map(({ tau }) => tau),
        }
        const data = randomLogits(kind, rows.length, numClasses, random.word())
        const samples = await samplesOf(data, options, numClasses)
        await expectCpuDensities(sampler, packed(samples, numClasses), packed(data, numClasses), options)
      }
  })

  gpuTest('offsets and strides; large logits', async ({ sampler }) => {
    const random = new Random(4)
    for (let round = 0; round < 8; round++) {
      const [batchSize, numSamples] = [random.whole(1, 20), random.whole(1, 3)]
      const numClasses = random.whole(1, 300)
      const strided = (rows: number, from: Float32Array): Values => {
        const multiple = random.pick([1, 4])
        const offset = multiple * random.whole(0, 100)
        const rowStride = multiple * Math.ceil((numClasses + random.whole(0, 100)) / multiple)
        const data = new Float32Array(offset + rows * rowStride).fill(NaN)
        for (let r = 0; r < rows; r++)
          data.set(from.subarray(r * numClasses, (r + 1) * numClasses), offset + r * rowStride)
        return { data, offset, rowStride }
      }
      // Densities do not change where all logits of a row do alike.
      const data = randomLogits('normal', batchSize, numClasses, round).map((logit) => 1000 + logit)
      const options = { batchSize, numClasses, numSamples, temperature: 2, tau: random.pick([0.3, 1, 4]) }
      const samples = await samplesOf(data, options, round)
      await expectCpuDensities(sampler, strided(batchSize * numSamples, samples), strided(batchSize, data), options)
    }
  })

  gpuTest('outside the simplex, with NaN, and without a distribution', async ({ sampler, upload }) => {
    for (const numClasses of [3, 600]) {
      const batchSize = 12
      const data = randomLogits('normal', batchSize, numClasses, 5)
      data[3] = -Infinity
      data[numClasses] = -Infinity
      data[10 * numClasses + 1] = NaN
      data.fill(-Infinity, 11 * numClasses)
      const options: ConcreteLogProbOptions = { batchSize, numClasses, tau: 3 }
      const samples = await samplesOf(
        data.map((logit) => (Number.isNaN(logit) ? 0 : logit)).fill(0, 11 * numClasses),
        options,
        6,
      )
      samples[numClasses] = 0.25 // of a masked class
      samples[3 * numClasses + 2] = 0
      samples[4 * numClasses + 1] = NaN
      samples[6 * numClasses] = 1e-39
      samples[7 * numClasses + 2] *= -1
      for (let c = 0; c < numClasses; c++) samples[8 * numClasses + c] *= 1.002
      const marked: ConcreteLogProbOptions = { ...options, invalidRows: 'mark' }
      const logProbs = await sampler.concreteLogProb({ buffer: upload(samples) }, { buffer: upload(data) }, marked)
      const expected = await cpu.concreteLogProb(samples, data, marked)
      const special = (each: number) => (Number.isFinite(each) ? 0 : each)
      expectSame(logProbs.map(special), expected.map(special), `V ${numClasses}`)
      const I = -Infinity
      expectSame(expected.map(special), [0, I, 0, I, NaN, 0, I, I, I, 0, NaN, NaN], `V ${numClasses}`)
      await expect(sampler.concreteLogProb(samples, data, options)).rejects.toMatchObject({
        rows: [
          { row: 4, reason: 'samples-nan' },
          { row: 10, reason: 'nan' },
          { row: 11, reason: 'all-masked' },
        ],
      })
    }
  })

  gpuTest('with subgroups and without', async ({ device }) => {
    for (const variant of variantsOf(device)) {
      const sampler = new WebGpuSampler(device, false, variant)
      const data = randomLogits('normal', 5, 300, 7)
      const options = { batchSize: 5, numClasses: 300, tau: 0.5 }
      await expectCpuDensities(sampler, packed(await samplesOf(data, options, 8), 300), packed(data, 300), options)
      sampler.destroy()
    }
  })
})
