import { createSampler } from 'gumbel-webgpu'
import { describe } from 'vitest'
import { expectClose } from '../helpers/compare'
import { gradientsOf, logitsOf } from '../helpers/draws/inputs'
import { type TestGpu, gpuTest } from '../helpers/gpu'

const cpu = await createSampler({ backend: 'cpu' })

/**
 * Draws of four rows, so far apart that three rows fill a binding of 128 MiB: the fourth is a dispatch of its own, in which more
 * tasks share the draws of a row, and need more scratch than the first three.
 */
const OPTIONS = { batchSize: 4, numClasses: 8, numSamples: 2048, seed: 1, gradTau: true, gradTemperature: true }
const DRAWS = OPTIONS.batchSize * OPTIONS.numSamples
const ROW_STRIDE = 4096

const { numClasses, batchSize } = OPTIONS
const logits = logitsOf('bell', batchSize, numClasses)
const gradients = gradientsOf(DRAWS, numClasses)
const expected = await cpu.gumbelSoftmaxBackward(gradients, logits, OPTIONS)
/** Sums of so many draws cancel. */
const TOLERANCE = 1e-3

/** The gradients in a buffer, far apart. */
function spread({ device }: TestGpu): { buffer: GPUBuffer; rowStride: number } {
  const size = 4 * ((DRAWS - 1) * ROW_STRIDE + numClasses)
  const buffer = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE, mappedAtCreation: true })
  const data = new Float32Array(buffer.getMappedRange())
  for (let draw = 0; draw < DRAWS; draw++)
    data.set(gradients.subarray(draw * numClasses, (draw + 1) * numClasses), draw * ROW_STRIDE)
  buffer.unmap()
  return { buffer, rowStride: ROW_STRIDE }
}

describe('scratch that grows between the dispatches of one call is not taken from those before', () => {
  gpuTest(
    'gumbelSoftmaxBackward, twice in a row',
    async (gpu) => {
      const gradSamples = spread(gpu)
      for (const call of ['first', 'second']) {
        const result = await gpu.sampler.gumbelSoftmaxBackward(gradSamples, logits, OPTIONS)
        for (const name of ['gradLogits', 'gradTau', 'gradTemperature'] as const)
          expectClose(result[name], expected[name], TOLERANCE, `${call}: ${name}`)
      }
      gradSamples.buffer.destroy()
    },
    'plain',
  )

  gpuTest(
    'encodeGumbelSoftmaxBackward, twice in one encoder',
    async (gpu) => {
      const { device, sampler, upload, buffer, read } = gpu
      const { gradTau: _, gradTemperature: __, ...draws } = OPTIONS
      const gradSamples = spread(gpu)
      const inputs = { logits: { buffer: upload(logits) }, gradSamples }
      const views = ['first', 'second'].map(() => ({
        gradLogits: { buffer: buffer(4 * batchSize * numClasses) },
        gradTau: { buffer: buffer(4 * batchSize) },
        gradTemperature: { buffer: buffer(4 * batchSize) },
      }))
      const encoder = device.createCommandEncoder()
      for (const each of views) sampler.encodeGumbelSoftmaxBackward(encoder, { ...draws, ...inputs, ...each })
      device.queue.submit([encoder.finish()])
      for (const each of views)
        for (const name of ['gradLogits', 'gradTau', 'gradTemperature'] as const)
          expectClose(new Float32Array(await read(each[name].buffer)), expected[name], TOLERANCE, name)
      gradSamples.buffer.destroy()
    },
    'plain',
  )
})
