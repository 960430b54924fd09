import { createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/webgpu/backend'
import { expectClose, expectSame } from '../helpers/compare'
import { gpuTest, variantsOf } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'
import { drawPlanned } from '../helpers/planned'

const cpu = await createSampler({ backend: 'cpu' })

describe('draws do not depend on how the work is cut', () => {
  for (const [batchSize, numClasses, rowStride, offset] of [
    [3, 5000, 5000, 0],
    [5, 2051, 2077, 7],
    [2, 4100, 4104, 12],
    [40, 100, 130, 1],
  ])
    gpuTest(`[${batchSize}, ${numClasses}], stride ${rowStride}: over bindings of any size`, async (gpu) => {
      const data = randomLogits('normal', 1, offset + batchSize * rowStride, 1)
      const rows = { offset, rowStride }
      const options = { batchSize, numClasses, seed: 2, temperature: 0.7, numSamples: 2, logProbs: true, scores: true }
      const expected = await cpu.sample({ data, ...rows }, options)
      const shapes = new Set<string>()
      for (const maxBindingBytes of [512, 768, 4096, 16384, 65536, 2 ** 27])
        for (const subgroups of gpu.device.features.has('subgroups') ? [false, true] : [false]) {
          const drawn = await drawPlanned(gpu, data, rows, options, { maxBindingBytes, subgroups })
          const { slices, totalParts } = drawn.plan
          shapes.add(`${slices.length} slices, ${totalParts} parts`)
          const what = `${maxBindingBytes} bytes, ${slices.length} slices, subgroups ${subgroups}`
          expectSame(drawn.indices, expected.indices, `${what}: indices`)
          expectSame(drawn.scores, expected.scores, `${what}: scores`)
          expectClose(drawn.logProbs, expected.logProbs, 1e-5, `${what}: logProbs`)
        }
      expect(shapes.size).toBeGreaterThan(2)
    })

  gpuTest('invalid rows are found in whichever piece the culprit lies', async (gpu) => {
    const [batchSize, numClasses] = [6, 1000]
    const data = randomLogits('normal', batchSize, numClasses, 3)
    data[numClasses + 999] = NaN
    data[2 * numClasses] = Infinity
    data.fill(-Infinity, 3 * numClasses, 4 * numClasses)
    // NaN outranks +Infinity, whichever comes first.
    data[4 * numClasses + 10] = Infinity
    data[4 * numClasses + 700] = NaN
    // One class left in the last piece.
    data.fill(-Infinity, 5 * numClasses, 6 * numClasses - 1)
    const options = { batchSize, numClasses, seed: 4 }
    const expected = await cpu.sample(data, { ...options, scores: true, invalidRows: 'mark' })
    for (const maxBindingBytes of [768, 2 ** 27]) {
      const drawn = await drawPlanned(gpu, data, { offset: 0, rowStride: numClasses }, options, { maxBindingBytes })
      expectSame(drawn.statuses, [0, 1, 2, 3, 1, 0], 'statuses')
      expectSame(drawn.indices, expected.indices, 'indices')
      expectSame(drawn.scores, expected.scores, 'scores')
      expectSame([drawn.indices[5]], [999], 'the class left')
      expect([...drawn.logProbs].map(Number.isNaN)).toEqual([false, true, true, true, true, false])
    }
  })

  gpuTest('with any number of lanes a row', async (gpu) => {
    const [batchSize, numClasses] = [70, 333]
    const data = randomLogits('ties', batchSize, numClasses, 5)
    const rows = { offset: 0, rowStride: numClasses }
    // At 0 the logits' ties are ties of scores, between lanes too.
    for (const temperature of [0.01, 0]) {
      const options = { batchSize, numClasses, seed: 6, temperature, scores: true, logProbs: true }
      const expected = await cpu.sample(data, options)
      for (const lanes of [1, 2, 4, 8, 16, 32, 64]) {
        const drawn = await drawPlanned(gpu, data, rows, options, { adjust: (plan) => ({ ...plan, lanes }) })
        const what = `${lanes} lanes, T ${temperature}`
        expectSame(drawn.indices, expected.indices, `${what}: indices`)
        expectSame(drawn.scores, expected.scores, `${what}: scores`)
        expectClose(drawn.logProbs, expected.logProbs, 1e-5, `${what}: logProbs`)
      }
    }
  })

  gpuTest('with subgroups and without, on plans for GPUs and for software adapters', async ({ device }) => {
    for (const variant of variantsOf(device)) {
      const sampler = new WebGpuSampler(device, false, variant)
      for (const [batchSize, numClasses] of [
        [300, 600],
        [2, 30_000],
      ]) {
        const data = randomLogits('normal', batchSize, numClasses, 7)
        const options = { batchSize, numClasses, seed: 8, logProbs: true, scores: true }
        const [one, other] = [await sampler.sample(data, options), await cpu.sample(data, options)]
        const what = `[${batchSize}, ${numClasses}], ${JSON.stringify(variant)}`
        expectSame(one.indices, other.indices, `${what}: indices`)
        expectSame(one.scores, other.scores, `${what}: scores`)
        expectClose(one.logProbs, other.logProbs, 1e-5, `${what}: logProbs`)
      }
      sampler.destroy()
    }
  })
})
