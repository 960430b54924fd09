import { createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { widenBfloat16, widenFloat16 } from '../../src/halves'
import { expectClose, expectSame } from '../helpers/compare'
import { gpuTest } from '../helpers/gpu'
import { type HalfType, halvesOf, placedHalves } from '../helpers/halves'
import { randomLogits } from '../helpers/logits'
import { WHOLE } from '../helpers/matrix'

const cpu = await createSampler({ backend: 'cpu' })
const TYPES: HalfType[] = ['float16', 'bfloat16']
/** Rows at any element, in every operation; at multiples of four, and long ones, in draws: kernels read logits by one module. */
const PLACES = [
  { batchSize: 5, numClasses: 37, offset: 3, rowStride: 42, all: true },
  { batchSize: 40, numClasses: 600, offset: 4, rowStride: 604, all: false },
  { batchSize: 2, numClasses: 9001, offset: 1, rowStride: 9001, all: false },
]

describe.each(TYPES)('%s logits', (type) => {
  for (const { batchSize, numClasses, offset, rowStride, ...place } of PLACES) {
    // Types differ in one function, which the draws have.
    const all = place.all && (WHOLE || type === 'float16')
    gpuTest(
      `[${batchSize}, ${numClasses}] at ${offset} by ${rowStride} give what their float32 copies give${all ? ', in every operation' : ''}`,
      async ({ sampler, upload }) => {
        const packed = halvesOf(type, batchSize * numClasses, numClasses)
        const onHost = placedHalves(type, packed, numClasses, { offset, rowStride })
        const wide = type === 'float16' ? widenFloat16(packed) : widenBfloat16(packed)
        const inBuffer = { buffer: upload(new Uint32Array(onHost.data.buffer)), type, offset, rowStride }

        const options = { batchSize, numClasses, numSamples: 2, seed: 7n, temperature: 0.7 }
        const soft = { ...options, tau: 0.6 }
        const gradSamples = randomLogits('normal', 2 * batchSize, numClasses, 4)
        const drawn = await sampler.sample(wide, { ...options, scores: true, logProbs: true })
        expectSame(drawn.indices, (await cpu.sample(wide, options)).indices, 'indices of the CPU')
        for (const logits of [inBuffer, onHost]) {
          const mine = await sampler.sample(logits, { ...options, scores: true, logProbs: true })
          expectSame(mine.indices, drawn.indices, 'indices')
          expectSame(mine.scores, drawn.scores, 'scores')
          expectClose(mine.logProbs, drawn.logProbs, 1e-5, 'logProbs')
        }
        if (!all) return
        const relaxed = await sampler.gumbelSoftmax(wide, soft)
        const gradient = await sampler.gumbelSoftmaxBackward(gradSamples, wide, soft)
        const given = await sampler.gumbelGivenIndex(wide, drawn.indices, options)
        const density = await sampler.concreteLogProb(relaxed.samples, wide, { ...soft, invalidRows: 'mark' })
        for (const [where, logits] of Object.entries({ inBuffer, onHost })) {
          expectClose((await sampler.gumbelSoftmax(logits, soft)).samples, relaxed.samples, 1e-5, `${where}: samples`)
          const { gradLogits } = await sampler.gumbelSoftmaxBackward(gradSamples, logits, soft)
          expectClose(gradLogits, gradient.gradLogits, 1e-5, `${where}: gradients`)
          const noise = await sampler.gumbelGivenIndex(logits, drawn.indices, options)
          expectClose(noise.noise, given.noise, 2e-5, `${where}: given noise`)
          const densities = await sampler.concreteLogProb(relaxed.samples, logits, { ...soft, invalidRows: 'mark' })
          expectClose(densities, density, 1e-4, `${where}: densities`)
        }
      },
    )
  }
})

gpuTest('a half that no binding reaches is refused', async ({ sampler, device }) => {
  const buffer = device.createBuffer({ size: 10, usage: GPUBufferUsage.STORAGE })
  const options = { batchSize: 1, numClasses: 5, seed: 1 }
  await expect(sampler.sample({ buffer, type: 'float16' }, options)).rejects.toThrow(
    'logits.buffer has 10 bytes, whose last element is out of reach; its size must be a multiple of 4',
  )
  buffer.destroy()
})

gpuTest('no rows give empty results, and record nothing', async ({ device, sampler, buffer }) => {
  const options = { batchSize: 0, numClasses: 5, seed: 1 }
  expect(await sampler.sample(new Float32Array(0), options)).toEqual({ indices: new Int32Array(0), invalidRows: [] })
  const encoder = device.createCommandEncoder()
  sampler.encodeSample(encoder, { ...options, logits: { buffer: buffer(4) }, indices: { buffer: buffer(4) } })
  device.queue.submit([encoder.finish()])
})
