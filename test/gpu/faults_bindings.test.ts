import { describe, expect } from 'vitest'
import { gpuTest } from '../helpers/gpu'
import { expectDoneOrRefused } from '../helpers/refusal'

/** Words of the largest binding at default limits, which the device of these tests has. */
const WORDS = 2 ** 25
const MOST_DRAWS = 2 ** 24

describe('results that fill a binding, from an offset on, are recorded or refused by name', () => {
  const draws = { batchSize: 2, numClasses: 1, numSamples: MOST_DRAWS, seed: 1 }
  const refused = /offset|batchSize|maxStorageBufferBindingSize/

  for (const name of ['indices', 'statuses'] as const)
    gpuTest(
      `${name} of encodeSample`,
      async ({ device, sampler, buffer }) => {
        expect(device.limits.maxStorageBufferBindingSize).toBe(4 * WORDS)
        const own = { buffer: buffer(4 * (WORDS + 1)), offset: 1 }
        const indices = name === 'indices' ? own : { buffer: buffer(4 * WORDS) }
        const views = { logits: { buffer: buffer(8) }, indices, [name]: own }
        await expectDoneOrRefused(device, (encoder) => sampler.encodeSample(encoder, { ...draws, ...views }), refused)
      },
      'plain',
    )

  gpuTest(
    'int64 indices of encodeSample',
    async ({ device, sampler, buffer }) => {
      const views = {
        logits: { buffer: buffer(4) },
        indices: { buffer: buffer(4 * (WORDS + 1)), offset: 1, type: 'int64' },
      } as const
      const record = (encoder: GPUCommandEncoder) => sampler.encodeSample(encoder, { ...draws, batchSize: 1, ...views })
      await expectDoneOrRefused(device, record, refused)
    },
    'plain',
  )

  gpuTest(
    'given indices of encodeGumbelGivenIndex, which are read',
    async ({ device, sampler, buffer }) => {
      const views = {
        logits: { buffer: buffer(8) },
        indices: { buffer: buffer(4 * (WORDS + 1)), offset: 1 },
        noise: { buffer: buffer(4 * WORDS) },
      }
      const record = (encoder: GPUCommandEncoder) => sampler.encodeGumbelGivenIndex(encoder, { ...draws, ...views })
      await expectDoneOrRefused(device, record, refused)
    },
    'plain',
  )

  gpuTest(
    'gradients of taus of encodeGumbelSoftmaxBackward',
    async ({ device, sampler, buffer }) => {
      const rows = { batchSize: WORDS, numClasses: 1, seed: 1 }
      const inputs = { buffer: buffer(4 * WORDS) }
      const views = {
        logits: inputs,
        gradSamples: inputs,
        gradLogits: { buffer: buffer(4 * WORDS) },
        gradTau: { buffer: buffer(4 * (WORDS + 1)), offset: 1 },
      }
      const record = (encoder: GPUCommandEncoder) => sampler.encodeGumbelSoftmaxBackward(encoder, { ...rows, ...views })
      await expectDoneOrRefused(device, record, refused)
    },
    'plain',
  )
})

describe('rows that are too far apart for a binding are drawn, or refused with rowStride as the reason', () => {
  const rowStride = WORDS
  const draws = { batchSize: 1, numClasses: 3, numSamples: 2, seed: 1 }
  const rows = { batchSize: 2, numClasses: 3, seed: 1 }
  const FAR = 4 * (rowStride + 3)
  const says = (name: string) => RegExp(`^${name}\\.rowStride is ${rowStride}\\b`)

  gpuTest(
    'samples of encodeGumbelSoftmax',
    async ({ device, sampler, buffer }) => {
      const views = { logits: { buffer: buffer(12) }, samples: { buffer: buffer(FAR), rowStride } }
      const record = (encoder: GPUCommandEncoder) => sampler.encodeGumbelSoftmax(encoder, { ...draws, ...views })
      await expectDoneOrRefused(device, record, says('samples'))
    },
    'plain',
  )

  for (const name of ['gradSamples', 'samples'] as const) {
    gpuTest(
      `${name} of gumbelSoftmaxBackward`,
      async ({ device, sampler, buffer }) => {
        const near = { buffer: buffer(24) }
        const views = { gradSamples: near, samples: near, [name]: { buffer: buffer(FAR), rowStride } }
        const { gradSamples, samples } = views
        const call = () =>
          sampler.gumbelSoftmaxBackward(gradSamples, new Float32Array(3), { ...draws, samples, invalidRows: 'mark' })
        await expectDoneOrRefused(device, call, says(name))
      },
      'plain',
    )

    gpuTest(
      `${name} of encodeGumbelSoftmaxBackward`,
      async ({ device, sampler, buffer }) => {
        const near = { buffer: buffer(24) }
        const views = { gradSamples: near, samples: near, [name]: { buffer: buffer(FAR), rowStride } }
        const others = { logits: { buffer: buffer(12) }, gradLogits: { buffer: buffer(12) } }
        const record = (encoder: GPUCommandEncoder) =>
          sampler.encodeGumbelSoftmaxBackward(encoder, { ...draws, ...others, ...views })
        await expectDoneOrRefused(device, record, says(name))
      },
      'plain',
    )
  }

  gpuTest(
    'gradLogits of encodeGumbelSoftmaxBackward',
    async ({ device, sampler, buffer }) => {
      const near = { buffer: buffer(24) }
      const views = { logits: near, gradSamples: near, gradLogits: { buffer: buffer(FAR), rowStride } }
      const record = (encoder: GPUCommandEncoder) => sampler.encodeGumbelSoftmaxBackward(encoder, { ...rows, ...views })
      await expectDoneOrRefused(device, record, says('gradLogits'))
    },
    'plain',
  )

  gpuTest(
    'samples of concreteLogProb',
    async ({ device, sampler, buffer }) => {
      const { seed: _, ...shape } = draws
      const call = () => sampler.concreteLogProb({ buffer: buffer(FAR), rowStride }, new Float32Array(3), shape)
      await expectDoneOrRefused(device, call, says('samples'))
    },
    'plain',
  )

  gpuTest(
    'noise of encodeGumbelGivenIndex',
    async ({ device, sampler, buffer }) => {
      const views = {
        logits: { buffer: buffer(12) },
        indices: { buffer: buffer(8) },
        noise: { buffer: buffer(FAR), rowStride },
      }
      const record = (encoder: GPUCommandEncoder) => sampler.encodeGumbelGivenIndex(encoder, { ...draws, ...views })
      await expectDoneOrRefused(device, record, says('noise'))
    },
    'plain',
  )
})
