import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import { type Options, WANTED, cpu, expectCpuGradients, spread } from '../helpers/cpu_gradients'
import { gpuTest, variantsOf } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'
import { matrix } from '../helpers/matrix'
import { expectGradients, expectWithin, givenGradients } from '../helpers/soft'

describe('GPU gradients of given samples are those without', () => {
  for (const [batchSize, numClasses, numSamples, kind] of matrix({
    everywhere: [
      [40, 10, 3, 'masked'],
      [8, 1000, 3, 'masked'],
      [4, 2000, 1, 'masked'],
      [1, 9000, 1, 'normal'],
    ],
    whole: [
      [8, 10, 100, 'normal'],
      [40, 1, 1, 'normal'],
      [8, 1001, 1, 'normal'],
      [4, 9000, 3, 'peaked'],
    ],
  }))
    gpuTest(`[${batchSize}, ${numClasses}] x ${numSamples}, ${kind} logits`, async ({ device }) => {
      const data = randomLogits(kind, batchSize, numClasses, 16)
      const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 17)
      const tau = Array.from({ length: batchSize }, (_, r) => [0.1, 0.5, 1, 10][r % 4])
      const options = { batchSize, numClasses, numSamples, seed: 18, temperature: 0.7, tau }
      for (const variant of variantsOf(device)) {
        const sampler = new WebGpuSampler(device, false, variant)
        const { samples } = await sampler.gumbelSoftmax(data, options)
        await expectCpuGradients(sampler, { data: gradSamples }, { data }, options, samples)
        sampler.destroy()
      }
    })

  for (const numClasses of matrix({ everywhere: [3, 260], whole: [1001] }))
    gpuTest(
      `of samples that are all but equal too, as far as these have digits, V = ${numClasses}`,
      async ({ sampler }) => {
        const tau = [1, 10, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e18]
        const batchSize = tau.length
        const data = randomLogits('normal', batchSize, numClasses, 30)
        const gradSamples = randomLogits('normal', batchSize, numClasses, 31)
        const options = { batchSize, numClasses, seed: 32, tau }
        const { samples } = await cpu.gumbelSoftmax(data, options)
        for (const each of [sampler, cpu]) {
          const actual = await each.gumbelSoftmaxBackward(gradSamples, data, { ...options, ...WANTED, samples })
          for (let r = 0; r < batchSize; r++) {
            const rowOf = (values: Float32Array) => values.subarray(r * numClasses, (r + 1) * numClasses)
            const expected = givenGradients(rowOf(gradSamples), rowOf(samples), rowOf(data), 1, tau[r])
            const what = `${each.backend}, tau ${tau[r]}`
            // 1e-5 of what is added up: where all samples are equal, exactly 0.
            for (const [name, key] of [
              ['gradTau', 'tau'],
              ['gradTemperature', 'temperature'],
            ] as const)
              expectWithin(
                actual[name]!.subarray(r, r + 1),
                [expected[key]],
                () => 1e-5 * expected.size[key],
                `${what}: ${name}`,
              )
          }
        }
      },
    )

  gpuTest('at any offset and stride, from host memory and from GPU buffers', async ({ sampler, upload }) => {
    for (const [numClasses, offset, gap] of matrix({
      everywhere: [
        [10, 3, 1],
        [12, 8, 4],
      ],
      whole: [
        [12, 4, 1],
        [1001, 65, 7],
      ],
    })) {
      const [batchSize, numSamples] = [5, 2]
      const options = { batchSize, numClasses, numSamples, seed: 19, tau: 0.5 }
      const data = randomLogits('masked', batchSize, numClasses, 20)
      const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 21)
      const packed = (await sampler.gumbelSoftmax(data, options)).samples
      const samples = spread(packed, numClasses, offset, gap)
      const inBuffer = { buffer: upload(samples.data), offset, rowStride: samples.rowStride }
      const logits = spread(data, numClasses, 4 + offset, 2 * gap)
      for (const given of [samples, inBuffer])
        await expectCpuGradients(sampler, spread(gradSamples, numClasses, 5, 3), logits, options, given)
    }
  })

  gpuTest('and 0 in rows without a distribution', async ({ sampler }) => {
    const [batchSize, numClasses, numSamples] = [6, 300, 2]
    const data = randomLogits('normal', batchSize, numClasses, 22)
    data[numClasses] = NaN
    data[4 * numClasses - 1] = Infinity
    data.fill(-Infinity, 5 * numClasses)
    const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 23)
    const options: Options = { batchSize, numClasses, numSamples, seed: 24 }
    const { samples } = await sampler.gumbelSoftmax(data, { ...options, invalidRows: 'mark' })
    const marked: Options = { ...options, invalidRows: 'mark' }
    await expectCpuGradients(sampler, { data: gradSamples }, { data }, marked, samples)
    await expect(sampler.gumbelSoftmaxBackward(gradSamples, data, { ...options, samples })).rejects.toMatchObject({
      rows: [
        { row: 1, reason: 'nan' },
        { row: 3, reason: 'positive-infinity' },
        { row: 5, reason: 'all-masked' },
      ],
    })
  })

  gpuTest('in one encoder with the samples themselves', async ({ device, sampler, buffer, upload, read }) => {
    const [batchSize, numClasses] = [7, 100]
    const data = randomLogits('normal', batchSize, numClasses, 25)
    const gradSamples = randomLogits('normal', batchSize, numClasses, 26)
    const options = { batchSize, numClasses, seed: 27, tau: 0.5 }
    const common = { ...options, logits: { buffer: upload(data) } }
    const [samples, gradLogits] = [0, 1].map(() => ({ buffer: buffer(data.byteLength) }))
    const encoder = device.createCommandEncoder()
    sampler.encodeGumbelSoftmax(encoder, { ...common, samples })
    const given = { ...common, samples, gradSamples: { buffer: upload(gradSamples) }, gradLogits }
    sampler.encodeGumbelSoftmaxBackward(encoder, given)
    device.queue.submit([encoder.finish()])
    const expected = await cpu.gumbelSoftmaxBackward(gradSamples, data, options)
    const actual = new Float32Array(await read(gradLogits.buffer))
    expectGradients(actual, expected.gradLogits, numClasses, 'gradLogits')
  })
})
