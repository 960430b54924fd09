import { type EncodeGumbelSoftmaxBackwardOptions } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { expectSame } from '../helpers/compare'
import { WANTED, cpu } from '../helpers/cpu_gradients'
import { type TestGpu, gpuTest } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'
import { matrix } from '../helpers/matrix'
import { expectGradients, expectWithin } from '../helpers/soft'

/** Words that a kernel must leave alone. */
const UNTOUCHED = 0xdeadbeef

describe('encodeGumbelSoftmaxBackward', () => {
  for (const [batchSize, numClasses, numSamples, offset, gap, scales] of matrix({
    everywhere: [
      [9, 8, 2, 4, 8, false],
      [3, 10, 50, 5, 3, true],
      [2, 4999, 1, 131, 1, false],
      [2, 4996, 3, 4, 4, true],
    ],
    whole: [
      [9, 7, 1, 0, 0, true],
      [5, 101, 2, 6, 11, true],
      [20, 4999, 2, 1, 1, true],
    ],
  }))
    gpuTest(
      `writes gradients, [${batchSize}, ${numClasses}] x ${numSamples}${scales ? ', of tau and temperature too' : ''}, and nothing else`,
      async (gpu) => {
        const { device, sampler, upload, read } = gpu
        const data = randomLogits('masked', batchSize, numClasses, 13)
        data[numClasses] = NaN
        const values = randomLogits('normal', batchSize * numSamples, numClasses, 14)
        const options = {
          batchSize,
          numClasses,
          numSamples,
          seed: 15,
          tau: Array.from(data.subarray(0, batchSize), () => 0.5),
        }
        const rowStride = numClasses + gap
        const filled = (length: number) => upload(new Uint32Array(length).fill(UNTOUCHED))
        const gradLogits = filled(offset + batchSize * rowStride + 5)
        const [gradTau, gradTemperature, statuses] = [0, 1, 2].map(() => filled(batchSize + offset + 2))
        const encoder = device.createCommandEncoder()
        sampler.encodeGumbelSoftmaxBackward(encoder, {
          ...options,
          logits: { buffer: upload(data) },
          gradSamples: { buffer: upload(values) },
          gradLogits: { buffer: gradLogits, offset, rowStride },
          statuses: { buffer: statuses, offset },
          ...(scales && {
            gradTau: { buffer: gradTau, offset },
            gradTemperature: { buffer: gradTemperature, offset },
          }),
        })
        device.queue.submit([encoder.finish()])

        const expected = await cpu.gumbelSoftmaxBackward(values, data, { ...options, ...WANTED, invalidRows: 'mark' })
        const written = new Float32Array(await read(gradLogits))
        const inside = (i: number) =>
          i >= offset && i < offset + batchSize * rowStride && (i - offset) % rowStride < numClasses
        const gradients = written.filter((_, i) => inside(i))
        expectGradients(gradients, expected.gradLogits, numClasses, 'gradLogits')
        const around = new Uint32Array(written.buffer).filter((_, i) => !inside(i))
        expectSame(around, new Uint32Array(around.length).fill(UNTOUCHED), 'around')
        const words = async (buffer: GPUBuffer) => {
          const all = new Uint32Array(await read(buffer))
          const outside = [...all.subarray(0, offset), ...all.subarray(offset + batchSize)]
          expect(outside).toEqual(Array.from({ length: offset + 2 }, () => UNTOUCHED))
          return all.slice(offset, offset + batchSize)
        }
        expect([...(await words(statuses))]).toEqual(Array.from({ length: batchSize }, (_, r) => Number(r === 1)))
        for (const [name, buffer] of Object.entries({ gradTau, gradTemperature })) {
          const actual = await words(buffer)
          if (!scales) expectSame(actual, new Uint32Array(batchSize).fill(UNTOUCHED), name)
          else {
            const floats = new Float32Array(actual.buffer)
            expectWithin(floats, expected[name as 'gradTau']!, (e) => 1e-4 * Math.abs(e) + 1e-6, name)
          }
        }
      },
    )

  const cases: [string, (gpu: TestGpu, good: EncodeGumbelSoftmaxBackwardOptions) => object][] = [
    ['gradSamples must be { buffer: GPUBuffer } to be recorded', () => ({ gradSamples: new Float32Array(40) })],
    [
      'gradSamples hold 256 elements; offset 230 and 4 rows of 10 at a stride of 10 need 270',
      (_, { gradSamples }) => ({ gradSamples: { ...gradSamples, offset: 230 } }),
    ],
    ['gradLogits is undefined; it must be { buffer: GPUBuffer }', () => ({ gradLogits: undefined })],
    [
      "gradLogits.type is float16; it must be 'float32'",
      (_, { gradLogits }) => ({ gradLogits: { ...gradLogits, type: 'float16' } }),
    ],
    [
      'gradLogits.rowStride is 9; it must be a whole number of elements, at least 10',
      (_, { gradLogits }) => ({ gradLogits: { ...gradLogits, rowStride: 9 } }),
    ],
    [
      'gradLogits.buffer has 1024 bytes; offset 217 and 4 rows at a stride of 10 need 1028',
      (_, { gradLogits }) => ({ gradLogits: { ...gradLogits, offset: 217 } }),
    ],
    [
      'gradLogits.buffer is also read; results need a buffer of their own',
      (_, { gradSamples }) => ({ gradLogits: gradSamples }),
    ],
    [
      'gradTau and gradLogits share 256-byte blocks of one buffer',
      (_, { gradLogits }) => ({ gradTau: { buffer: gradLogits.buffer, offset: 40 } }),
    ],
    [
      'gradTemperature.buffer has 1024 bytes; offset 253 and 4 words need 1028',
      ({ buffer }) => ({ gradTemperature: { buffer: buffer(1024), offset: 253 } }),
    ],
    ['tau is 0; it must be from 1e-18 to 1e18', () => ({ tau: 0 })],
    ['samples must be { buffer: GPUBuffer } to be recorded', () => ({ samples: new Float32Array(40) })],
    ['samples is given with hard: true', ({ buffer }) => ({ samples: { buffer: buffer(160) }, hard: true })],
    [
      "samples.type is float16; it must be 'float32'",
      ({ buffer }) => ({ samples: { buffer: buffer(160), type: 'float16' } }),
    ],
    [
      'samples hold 40 elements; offset 1 and 4 rows of 10 at a stride of 10 need 41',
      ({ buffer }) => ({ samples: { buffer: buffer(160), offset: 1 } }),
    ],
    [
      'gradLogits.buffer is also read; results need a buffer of their own',
      (_, { gradLogits }) => ({ samples: { buffer: gradLogits.buffer } }),
    ],
  ]
  for (const [message, change] of cases)
    gpuTest(`refuses: ${message}`, async (gpu) => {
      const encoder = gpu.device.createCommandEncoder()
      const view = () => ({ buffer: gpu.buffer(1024) })
      const good = { batchSize: 4, numClasses: 10, seed: 1, logits: view(), gradSamples: view(), gradLogits: view() }
      const bad = { ...good, ...change(gpu, good) } as EncodeGumbelSoftmaxBackwardOptions
      expect(() => gpu.sampler.encodeGumbelSoftmaxBackward(encoder, bad)).toThrow(message)
      // Nothing was recorded that would spoil the encoder.
      gpu.sampler.encodeGumbelSoftmaxBackward(encoder, good)
      gpu.device.queue.submit([encoder.finish()])
    })
})
