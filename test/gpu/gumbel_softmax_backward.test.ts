import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import { expectSame } from '../helpers/compare'
import { type Options, type Rows, WANTED, cpu, expectCpuGradients, spread } from '../helpers/cpu_gradients'
import { gpuTest, variantsOf } from '../helpers/gpu'
import { TEMPERATURES, randomLogits } from '../helpers/logits'
import { WHOLE, matrix } from '../helpers/matrix'
import { Random } from '../helpers/random'
import { MIN_NORMAL, expectGradients, expectWithin } from '../helpers/soft'

describe('GPU gradients are CPU gradients', () => {
  for (const [batchSize, numClasses, numSamples, what] of matrix({
    everywhere: [
      [64, 1000, 1, 'rows of many lanes'],
      [16, 2000, 1, 'rows of eight vectors a lane'],
      [30, 257, 3, 'draws added up in place'],
      [3, 4097, 1, 'rows just too long to hold'],
      [2, 32_769, 3, 'long rows in parts, with more than one draw'],
      [1, 10, 1000, 'draws of a short row, shared'],
      [3, 300, 100, 'draws of rows of many lanes, shared'],
    ],
    whole: [
      [100_000, 10, 1, 'short rows'],
      [20, 4100, 1, 'rows too long to hold'],
      [20, 4100, 2, 'rows too long to hold, with more than one draw'],
      [2, 32_768, 1, 'long rows in parts'],
      [1, 262_144, 1, 'one very long row'],
      [1, 4200, 40, 'draws of a row too long to hold, shared'],
    ],
  }))
    gpuTest(`[${batchSize}, ${numClasses}] x ${numSamples}: ${what}`, async ({ sampler }) => {
      const data = randomLogits('normal', batchSize, numClasses, 1)
      const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 2)
      const options = { batchSize, numClasses, numSamples, seed: 3, temperature: 0.7, tau: 0.4 }
      await expectCpuGradients(sampler, { data: gradSamples }, { data }, options)
    })

  gpuTest('1 to 9 classes, at every temperature and many taus', async ({ sampler }) => {
    const random = new Random(1)
    const temperatures = TEMPERATURES.filter((temperature) => temperature > 0)
    const taus = [1e-6, 1e-3, 0.1, 1, 10, 1e6]
    const rows = temperatures.flatMap((temperature) => taus.map((tau) => ({ temperature, tau, seed: random.seed() })))
    const options = {
      batchSize: rows.length,
      temperature: rows.map(({ temperature }) => temperature),
      tau: rows.map(({ tau }) => tau),
      seed: rows.map(({ seed }) => seed),
      streams: rows.map(() => random.word()),
      numSamples: 2,
    }
    for (const numClasses of matrix({ everywhere: [1, 2, 4, 9], whole: [3, 5, 6, 7, 8] }))
      for (const kind of ['normal', 'masked', 'ties', 'tiny'] as const) {
        const data = randomLogits(kind, rows.length, numClasses, random.word())
        const gradSamples = randomLogits('normal', 2 * rows.length, numClasses, random.word())
        const gpuOnes = await sampler.gumbelSoftmaxBackward(gradSamples, data, { ...options, ...WANTED, numClasses })
        const cpuOnes = await cpu.gumbelSoftmaxBackward(gradSamples, data, { ...options, ...WANTED, numClasses })
        // Where y is below the least normal number it may be 0.
        const underflow = (r: number) => (100 * MIN_NORMAL) / rows[r].temperature / rows[r].tau
        expectGradients(gpuOnes.gradLogits, cpuOnes.gradLogits, numClasses, `V ${numClasses}, ${kind}`, underflow)
        expect([...gpuOnes.gradTau!, ...gpuOnes.gradTemperature!].filter(Number.isNaN)).toEqual([])
      }
  })

  gpuTest('random shapes, options, offsets and strides', async ({ sampler }) => {
    const random = new Random(2)
    for (let round = 0; round < (WHOLE ? 8 : 2); round++) {
      const batchSize = random.pick([1, random.whole(2, 9), random.whole(10, 60)])
      const numClasses = random.pick([random.whole(1, 70), random.whole(71, 700), random.whole(701, 6000)])
      const numSamples = random.pick([1, 2, 3])
      // Whatever lies between the rows must not matter.
      const strided = (rows: number, kind: 'normal' | 'peaked' | 'masked' | 'ties'): Rows => {
        const multiple = random.pick([1, 4])
        const offset = multiple * random.whole(0, 100)
        const gap = multiple * Math.ceil((numClasses + random.whole(0, 100)) / multiple) - numClasses
        return spread(randomLogits(kind, rows, numClasses, random.word()), numClasses, offset, gap)
      }
      const logits = strided(batchSize, random.pick(['normal', 'peaked', 'masked', 'ties']))
      const options = {
        batchSize,
        numClasses,
        seed: random.seed(),
        step: random.word(),
        classOffset: random.pick([0, 800]),
        numSamples,
        temperature: random.pick([0.05, 0.5, 1, 5]),
        tau: random.pick([0.1, 0.5, 1, 10]),
        hard: random.uniform() < 0.5,
      }
      await expectCpuGradients(sampler, strided(batchSize * numSamples, 'normal'), logits, options)
    }
  })

  gpuTest('with subgroups and without, on plans for GPUs and for software adapters', async ({ device }) => {
    for (const variant of variantsOf(device)) {
      const sampler = new WebGpuSampler(device, false, variant)
      for (const [batchSize, numClasses, numSamples] of [
        [40, 600, 2],
        [2, 9000, 2],
      ]) {
        const data = randomLogits('normal', batchSize, numClasses, 4)
        const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 5)
        const options = { batchSize, numClasses, numSamples, seed: 6, tau: 0.8 }
        await expectCpuGradients(sampler, { data: gradSamples }, { data }, options)
      }
      sampler.destroy()
    }
  })

  for (const [numClasses, numSamples] of matrix({
    everywhere: [
      [10, 40],
      [5000, 1],
    ],
    whole: [
      [1, 1],
      [10, 1],
      [600, 2],
    ],
  }))
    gpuTest(
      `rows without a distribution have gradients of 0, V = ${numClasses}, ${numSamples} draws`,
      async ({ sampler }) => {
        const batchSize = 8
        const data = randomLogits('normal', batchSize, numClasses, 7)
        data[numClasses] = NaN
        data[4 * numClasses - 1] = Infinity
        data.fill(-Infinity, 5 * numClasses, 6 * numClasses)
        const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 8)
        const options = { batchSize, numClasses, numSamples, seed: 9 }
        const marked: Options = { ...options, invalidRows: 'mark' }
        await expectCpuGradients(sampler, { data: gradSamples }, { data }, marked)
        // With all results, so that each call has the same kernels.
        const { gradLogits, gradTau, invalidRows } = await sampler.gumbelSoftmaxBackward(gradSamples, data, {
          ...marked,
          ...WANTED,
        })
        expect(invalidRows).toEqual([
          { row: 1, reason: 'nan' },
          { row: 3, reason: 'positive-infinity' },
          { row: 5, reason: 'all-masked' },
        ])
        for (const { row } of invalidRows) {
          const gradients = gradLogits.subarray(row * numClasses, (row + 1) * numClasses)
          expectWithin(gradients, new Float32Array(numClasses), () => 0, `row ${row}`)
          expect(Math.abs(gradTau![row])).toBe(0)
        }
        const rejected = sampler.gumbelSoftmaxBackward(gradSamples, data, { ...options, ...WANTED })
        await expect(rejected).rejects.toMatchObject({ rows: invalidRows })
      },
    )

  gpuTest('of temperatures and taus that are far apart, but whose product is not', async ({ sampler }) => {
    const logits = { data: Float32Array.of(0, 1e-21, 2e-21, 0, 1e19, 2e19) }
    const scales = { temperature: [1e-18, 1e18], tau: [1e18, 10] }
    const options = { batchSize: 2, numClasses: 3, seed: 0, ...scales }
    const gradSamples = { data: Float32Array.of(1, 0, 0, 1e19, 0, 0) }
    const { samples } = await cpu.gumbelSoftmax(logits, options)
    await expectCpuGradients(sampler, gradSamples, logits, options)
    const given = { ...options, samples, gradTemperature: true }
    const [one, other] = [sampler, cpu].map((each) => each.gumbelSoftmaxBackward(gradSamples, logits, given))
    const expected = (await other).gradTemperature!
    expectWithin((await one).gradTemperature, expected, (e) => 1e-4 * Math.abs(e), 'of given samples')
    expect(expected.every((each) => Math.abs(each) > 1e-5)).toBe(true)
  })

  gpuTest('from GPU buffers, and from one of each', async ({ sampler, upload }) => {
    const [batchSize, numClasses] = [5, 77]
    const data = randomLogits('normal', batchSize, numClasses, 10)
    const gradSamples = randomLogits('normal', batchSize, numClasses, 11)
    const options = { batchSize, numClasses, seed: 12 }
    const expected = await sampler.gumbelSoftmaxBackward(gradSamples, data, options)
    const buffers = { data: { buffer: upload(data) }, gradSamples: { buffer: upload(gradSamples) } }
    for (const [g, l] of [
      [buffers.gradSamples, buffers.data],
      [gradSamples, buffers.data],
      [buffers.gradSamples, data],
    ] as const)
      expectSame((await sampler.gumbelSoftmaxBackward(g, l, options)).gradLogits, expected.gradLogits, 'gradLogits')
  })
})
