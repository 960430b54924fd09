import { createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import type { Limits } from '../../src/gpu/plan'
import { expectClose, expectSame } from '../helpers/compare'
import { gpuTest, variantsOf } from '../helpers/gpu'
import { KINDS, inputsOf } from '../helpers/kinds'
import { randomLogits } from '../helpers/logits'
import { matrix } from '../helpers/matrix'

const cpu = await createSampler({ backend: 'cpu' })

/** A sampler as on a device with other limits, while `body` runs. */
async function limited<T>(device: GPUDevice, limits: Partial<Limits>, body: (sampler: WebGpuSampler) => Promise<T>) {
  const sampler = new WebGpuSampler(device, false, limits)
  try {
    return await body(sampler)
  } finally {
    sampler.destroy()
  }
}

describe('draws do not depend on how the work is cut', () => {
  for (const [batchSize, numClasses, rowStride, offset] of matrix({
    everywhere: [
      [5, 2051, 2077, 7],
      [2, 4100, 4104, 12],
    ],
    whole: [
      [3, 5000, 5000, 0],
      [40, 100, 130, 1],
    ],
  }))
    gpuTest(`[${batchSize}, ${numClasses}], stride ${rowStride}: over bindings of any size`, async (gpu) => {
      const { device } = gpu
      const data = randomLogits('normal', 1, offset + batchSize * rowStride, 1)
      const view = { data, offset, rowStride }
      const options = { batchSize, numClasses, seed: 2, temperature: 0.7, numSamples: 2, logProbs: true, scores: true }
      const expected = await cpu.sample(view, options)
      for (const bindingBytes of [512, 768, 4096, 16384, 65536, 2 ** 27])
        for (const subgroups of device.features.has('subgroups') ? [false, true] : [false])
          for (const work of [2 ** 27, 1000]) {
            const drawn = await limited(device, { bindingBytes, subgroups, work, wide: true }, (sampler) =>
              sampler.sample(view, options),
            )
            const what = `${bindingBytes} bytes, ${work} classes, subgroups ${subgroups}`
            expectSame(drawn.indices, expected.indices, `${what}: indices`)
            expectSame(drawn.scores!, expected.scores, `${what}: scores`)
            expectClose(drawn.logProbs!, expected.logProbs, 1e-5, `${what}: logProbs`)
          }
    })

  for (const [name, call] of Object.entries(KINDS))
    gpuTest(`${name}: over bindings of any size, with any work a dispatch`, async ({ device }) => {
      const expected = await call(cpu, inputsOf(1))
      const { numClasses } = inputsOf(1).options
      for (const limits of [
        { bindingBytes: 256 * Math.ceil((4 * numClasses) / 256 + 1) },
        { bindingBytes: 256 * Math.ceil((12 * numClasses) / 256 + 1) },
        { work: 1 },
        { work: 3 * numClasses },
      ]) {
        const result = await limited(device, limits, (sampler) => call(sampler, inputsOf(1)))
        for (const [array, values] of Object.entries(expected)) {
          const what = `${JSON.stringify(limits)}: ${array}`
          expectClose(result[array], values, 1e-3, what)
          if (['indices', 'scores', 'gumbel'].includes(array)) expectSame(result[array], values, what)
        }
      }
    })

  gpuTest('invalid rows are found in whichever piece the culprit lies', async ({ device, upload, buffer, read }) => {
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
    for (const bindingBytes of [768, 2 ** 27])
      await limited(device, { bindingBytes }, async (sampler) => {
        const views = {
          indices: { buffer: buffer(4 * batchSize) },
          scores: { buffer: buffer(4 * batchSize) },
          logProbs: { buffer: buffer(4 * batchSize) },
          statuses: { buffer: buffer(4 * batchSize) },
        }
        const encoder = device.createCommandEncoder()
        sampler.encodeSample(encoder, { ...options, ...views, logits: { buffer: upload(data) } })
        device.queue.submit([encoder.finish()])
        const indices = new Int32Array(await read(views.indices.buffer))
        expectSame(new Int32Array(await read(views.statuses.buffer)), [0, 1, 2, 3, 1, 0], 'statuses')
        expectSame(indices, expected.indices, 'indices')
        expectSame(new Float32Array(await read(views.scores.buffer)), expected.scores, 'scores')
        expectSame([indices[5]], [999], 'the class left')
        const logProbs = new Float32Array(await read(views.logProbs.buffer))
        expect([...logProbs].map(Number.isNaN)).toEqual([false, true, true, true, true, false])
      })
  })

  gpuTest('with any number of lanes a row', async ({ device }) => {
    const [batchSize, numClasses] = [70, 333]
    const data = randomLogits('ties', batchSize, numClasses, 5)
    // At 0 the logits' ties are ties of scores, between lanes too.
    for (const temperature of [0.01, 0]) {
      const options = { batchSize, numClasses, seed: 6, temperature, scores: true, logProbs: true }
      const expected = await cpu.sample(data, options)
      for (const lanes of [1, 2, 4, 8, 16, 32, 64]) {
        const drawn = await limited(device, { lanes }, (sampler) => sampler.sample(data, options))
        const what = `${lanes} lanes, T ${temperature}`
        expectSame(drawn.indices, expected.indices, `${what}: indices`)
        expectSame(drawn.scores!, expected.scores, `${what}: scores`)
        expectClose(drawn.logProbs!, expected.logProbs, 1e-5, `${what}: logProbs`)
      }
    }
  })

  gpuTest('with subgroups and without, on plans for GPUs and for software adapters', async ({ device }) => {
    for (const variant of variantsOf(device))
      for (const [batchSize, numClasses] of [
        [300, 600],
        [2, 30_000],
      ]) {
        const data = randomLogits('normal', batchSize, numClasses, 7)
        const options = { batchSize, numClasses, seed: 8, logProbs: true, scores: true }
        const one = await limited(device, variant, (sampler) => sampler.sample(data, options))
        const other = await cpu.sample(data, options)
        const what = `[${batchSize}, ${numClasses}], ${JSON.stringify(variant)}`
        expectSame(one.indices, other.indices, `${what}: indices`)
        expectSame(one.scores!, other.scores, `${what}: scores`)
        expectClose(one.logProbs!, other.logProbs, 1e-5, `${what}: logProbs`)
      }
  })
})
