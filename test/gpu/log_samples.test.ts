import { createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import { expectSame } from '../helpers/compare'
import { densityOfLogs } from '../helpers/density'
import { gpuTest, variantsOf } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'
import { matrix } from '../helpers/matrix'
import { Random } from '../helpers/random'
import { expectLogs, expectWithin } from '../helpers/soft'

// It is float64 inside: test/cpu/log_samples.test.ts.
const cpu = await createSampler({ backend: 'cpu' })
const SHAPES = matrix({
  everywhere: [
    [64, 1000, 1, 'rows of many lanes'],
    [2, 32_769, 1, 'long rows in parts'],
  ],
  whole: [
    [1, 9, 500, 'draws of a short row, shared'],
    [20_000, 10, 1, 'short rows'],
    [30, 257, 3, 'several draws'],
    [3, 4097, 2, 'rows just too long to hold'],
  ],
})

describe('GPU log-samples, their gradients and densities are the CPU’s', () => {
  for (const [batchSize, numClasses, numSamples, what] of SHAPES)
    gpuTest(`[${batchSize}, ${numClasses}] x ${numSamples}: ${what}`, async ({ device }) => {
      const data = randomLogits('masked', batchSize, numClasses, 1)
      const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 2)
      const tau = Array.from({ length: batchSize }, (_, r) => [0.1, 0.5, 1, 10][r % 4])
      const options = { batchSize, numClasses, numSamples, tau, temperature: 0.7, logSamples: true } as const
      const drawn = await cpu.gumbelSoftmax(data, { ...options, seed: 3, logProbs: true })
      const wanted = { ...options, seed: 3, gradTau: true, gradTemperature: true }
      const gradients = await cpu.gumbelSoftmaxBackward(gradSamples, data, wanted)
      const densities = await cpu.concreteLogProb(drawn.logSamples, data, options)
      const sizes = sizesOf(gradSamples, drawn.logSamples, data, wanted)
      for (const variant of variantsOf(device)) {
        const sampler = new WebGpuSampler(device, false, variant)
        const actual = await sampler.gumbelSoftmax(data, { ...options, seed: 3, logProbs: true })
        expectLogs(actual.logSamples, drawn.logSamples, 'logSamples')
        expectSame(actual.indices, drawn.indices, 'indices')
        for (const given of [{}, { samples: drawn.logSamples }]) {
          const found = await sampler.gumbelSoftmaxBackward(gradSamples, data, { ...wanted, ...given })
          const form = 'samples' in given ? 'of given' : 'made again'
          for (const name of ['gradLogits', 'gradTau', 'gradTemperature'] as const)
            expectWithin(found[name], gradients[name]!, (_, i) => 4e-6 * sizes[name][i], `${name}, ${form}`)
        }
        const found = await sampler.concreteLogProb(drawn.logSamples, data, options)
        const size = (i: number) => {
          const row = Math.floor(i / numSamples)
          const logs = drawn.logSamples.subarray(i * numClasses, (i + 1) * numClasses)
          return densityOfLogs(logs, data.subarray(row * numClasses, (row + 1) * numClasses), 0.7, tau[row]).size
        }
        expectWithin(found, densities, (_, i) => 3e-6 * size(i) + 1e-5, 'densities')
        sampler.destroy()
      }
    })

  gpuTest('of the smallest scales and of rows without a distribution', async ({ sampler }) => {
    const data = Float32Array.of(1, -Infinity, 2, NaN, 1, 2, -3e38, 3e38, 0)
    for (const [temperature, tau] of [
      [1e-18, 1e-18],
      [1, 1e-18],
      [1e18, 1e18],
    ]) {
      const scales = { temperature, tau, logSamples: true, invalidRows: 'mark' } as const
      const options = { batchSize: 3, numClasses: 3, seed: 1, ...scales }
      const [actual, expected] = [await sampler.gumbelSoftmax(data, options), await cpu.gumbelSoftmax(data, options)]
      expectLogs(actual.logSamples, expected.logSamples, `T ${temperature}, tau ${tau}`)
      expect(actual.invalidRows).toEqual([{ row: 1, reason: 'nan' }])
    }
  })

  gpuTest('1 to 9 classes, of log-samples that cannot be', async ({ sampler }) => {
    const random = new Random(5)
    for (const numClasses of matrix({ everywhere: [3, 8], whole: [1, 2, 4, 5, 6, 7, 9] })) {
      const batchSize = 40
      const data = randomLogits('masked', batchSize, numClasses, numClasses)
      const options = { batchSize, numClasses, logSamples: true } as const
      const { logSamples } = await cpu.gumbelSoftmax(data, { ...options, seed: 6 })
      for (let r = 0; r < batchSize; r += 2)
        logSamples[r * numClasses + random.whole(0, numClasses - 1)] = random.pick([
          NaN,
          0.5,
          -Infinity,
          Infinity,
          -100,
        ])
      const gradSamples = randomLogits('normal', batchSize, numClasses, 7)
      const all = { ...options, seed: 6, samples: logSamples, invalidRows: 'mark' } as const
      const [actual, expected] = await Promise.all(
        [sampler, cpu].map((each) => each.gumbelSoftmaxBackward(gradSamples, data, all)),
      )
      expect(actual.invalidRows).toEqual(expected.invalidRows)
      expect(expected.invalidRows.length).toBeGreaterThan(5)
      const marked = { ...options, invalidRows: 'mark' } as const
      const kinds = await Promise.all(
        [sampler, cpu].map(async (each) =>
          (await each.concreteLogProb(logSamples, data, marked)).map((d) => (Number.isFinite(d) ? 0 : d)),
        ),
      )
      expectSame(kinds[0], kinds[1], `V ${numClasses}`)
      expect(kinds[1].some((each) => each !== 0)).toBe(true)
    }
  })

  gpuTest(
    'recorded, with taus from a buffer: one of 0 has no samples',
    async ({ sampler, device, buffer, upload, read }) => {
      const [batchSize, numClasses] = [3, 5]
      const data = randomLogits('normal', batchSize, numClasses, 8)
      const [logSamples, statuses, gradLogits] = [0, 1, 2].map(() => ({ buffer: buffer(4 * batchSize * numClasses) }))
      const logits = { buffer: upload(data) }
      const tau = { buffer: upload(Float32Array.of(0.5, 0, 2)) }
      const options = { batchSize, numClasses, seed: 9 }
      const encoder = device.createCommandEncoder()
      sampler.encodeGumbelSoftmax(encoder, { ...options, tau, logits, logSamples, statuses })
      const gradSamples = randomLogits('normal', batchSize, numClasses, 10)
      const given = { logits, gradSamples: { buffer: upload(gradSamples) }, gradLogits, logSamples: true }
      sampler.encodeGumbelSoftmaxBackward(encoder, { ...options, ...given, tau: [0.5, 1, 2] })
      device.queue.submit([encoder.finish()])
      const words = new Int32Array(await read(statuses.buffer))
      expect([...words.subarray(0, 3)]).toEqual([0, 9, 0])
      const found = new Float32Array(await read(logSamples.buffer))
      const at = { ...options, tau: [0.5, 1, 2], logSamples: true } as const
      const expected = (await cpu.gumbelSoftmax(data, at)).logSamples
      for (const r of [0, 2]) {
        const row = (values: Float32Array) => values.subarray(r * numClasses, (r + 1) * numClasses)
        expectLogs(row(found), row(expected), `row ${r}`)
      }
      const gradients = (await cpu.gumbelSoftmaxBackward(gradSamples, data, at)).gradLogits
      expectWithin(new Float32Array(await read(gradLogits.buffer)), gradients, () => 1e-5, 'gradLogits')
      expect(() =>
        sampler.encodeGumbelSoftmax(encoder, { ...options, logits, logSamples, hard: true } as never),
      ).toThrow('hard is true beside logSamples')
      expect(() =>
        sampler.encodeGumbelSoftmax(encoder, { ...options, logits, logSamples, samples: logSamples } as never),
      ).toThrow('samples is given beside logSamples')
      expect(() => sampler.encodeGumbelSoftmax(encoder, { ...options, logits } as never)).toThrow(
        'samples is undefined',
      )
      expect(() => sampler.encodeGumbelSoftmax(encoder, { ...options, logits, logSamples, tau: 0 })).toThrow('tau is 0')
    },
  )
})

/** What gradients would be, up to rounding, if nothing cancelled. */
function sizesOf(
  gradSamples: Float32Array,
  logSamples: Float32Array,
  data: Float32Array,
  {
    batchSize,
    numClasses,
    numSamples,
    tau,
    temperature,
  }: {
    batchSize: number
    numClasses: number
    numSamples: number
    tau: number[]
    temperature: number
  },
) {
  const sizes = {
    gradLogits: new Float64Array(batchSize * numClasses),
    gradTau: new Float64Array(batchSize),
    gradTemperature: new Float64Array(batchSize),
  }
  for (let draw = 0; draw < batchSize * numSamples; draw++) {
    const r = Math.floor(draw / numSamples)
    const logs = logSamples.subarray(draw * numClasses, (draw + 1) * numClasses)
    const values = gradSamples.subarray(draw * numClasses, (draw + 1) * numClasses)
    const row = data.subarray(r * numClasses, (r + 1) * numClasses)
    let [best, total] = [-1, 0]
    for (let c = 0; c < numClasses; c++) {
      if (row[c] === -Infinity) continue
      total += Math.abs(values[c])
      if (best < 0 || logs[c] > logs[best]) best = c
    }
    for (let c = 0; c < numClasses; c++) {
      if (row[c] === -Infinity) continue
      const d = Math.abs(values[c]) + Math.exp(logs[c]) * total
      sizes.gradLogits[r * numClasses + c] += d / (temperature * tau[r])
      // Log-samples are near one another at a large tau, and have the digits of the largest.
      sizes.gradTau[r] += (d * (Math.abs(logs[c] - logs[best]) + Math.abs(logs[c]))) / tau[r]
      sizes.gradTemperature[r] += (d * Math.abs(row[c] - row[best])) / (temperature * temperature * tau[r])
    }
  }
  return sizes
}
