import { type EncodeSampleOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { expectClose, expectSame } from '../helpers/compare'
import { type TestGpu, gpuTest } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'

const cpu = await createSampler({ backend: 'cpu' })
/** Words that a kernel must leave alone. */
const UNTOUCHED = 0xdeadbeef

function submit({ device, sampler }: TestGpu, ...draws: EncodeSampleOptions[]): void {
  const encoder = device.createCommandEncoder()
  for (const options of draws) sampler.encodeSample(encoder, options)
  device.queue.submit([encoder.finish()])
}

describe('encodeSample', () => {
  for (const type of ['int32', 'int64'] as const)
    for (const offset of [0, 3, 64, 131])
      gpuTest(`writes ${type} indices and the other outputs at element ${offset}, and nothing else`, async (gpu) => {
        const { upload, read } = gpu
        const [batchSize, numClasses, numSamples] = [9, 50, 2]
        const count = batchSize * numSamples
        const data = randomLogits('normal', batchSize, numClasses, 1)
        data.fill(-Infinity, 3 * numClasses, 4 * numClasses)
        data[5 * numClasses + 7] = NaN
        data[6 * numClasses + 49] = Infinity
        const options = { batchSize, numClasses, numSamples, seed: 2n, step: 3, temperature: 0.5 }
        const words = type === 'int64' ? 2 : 1
        const filled = (length: number) => upload(new Uint32Array(offset + length + 5).fill(UNTOUCHED))
        const indices = filled(count * words)
        const [logProbs, scores, statuses] = [filled(count), filled(count), filled(count)]
        submit(gpu, {
          ...options,
          logits: { buffer: upload(data) },
          indices: { buffer: indices, offset, type },
          logProbs: { buffer: logProbs, offset },
          scores: { buffer: scores, offset },
          statuses: { buffer: statuses, offset },
        })

        const expected = await cpu.sample(data, { ...options, logProbs: true, scores: true, invalidRows: 'mark' })
        const read32 = async (buffer: GPUBuffer, length: number) => {
          const all = new Int32Array(await read(buffer))
          const around = [...all.subarray(0, offset), ...all.subarray(offset + length)]
          expect(around).toEqual(Array.from({ length: offset + 5 }, () => UNTOUCHED | 0))
          return all.slice(offset, offset + length)
        }
        const drawn = await read32(indices, count * words)
        // The high word of an int64 repeats the sign.
        const pairs = [...expected.indices].flatMap((index) => (words === 2 ? [index, index >> 31] : [index]))
        expectSame(drawn, pairs, 'indices')
        const floats = async (buffer: GPUBuffer) => new Float32Array((await read32(buffer, count)).buffer)
        expectSame(await floats(scores), expected.scores, 'scores')
        expectClose(await floats(logProbs), expected.logProbs, 1e-5, 'logProbs')
        const rows = [0, 0, 0, 3, 0, 1, 2, 0, 0]
        expectSame(
          await read32(statuses, count),
          rows.flatMap((status) => [status, status]),
          'statuses',
        )
      })

  gpuTest('reads logits in place: the last position of [batch, time, vocabulary]', async (gpu) => {
    const [batchSize, time, numClasses] = [4, 6, 301]
    const data = randomLogits('normal', batchSize * time, numClasses, 3)
    const view = { offset: (time - 1) * numClasses, rowStride: time * numClasses }
    const options = { batchSize, numClasses, seed: 4, temperature: [0, 0.5, 1, 2] }
    const indices = gpu.buffer(4 * batchSize)
    submit(gpu, { ...options, logits: { buffer: gpu.upload(data), ...view }, indices: { buffer: indices } })
    const expected = await cpu.sample({ data, ...view }, options)
    expectSame(new Int32Array(await gpu.read(indices)), expected.indices, 'indices')
  })

  gpuTest('twice in one encoder, with other steps, seeds and shapes, draws each', async (gpu) => {
    const data = randomLogits('normal', 4, 9000, 5)
    const logits = { buffer: gpu.upload(data) }
    const draws = [
      { batchSize: 4, numClasses: 9000, seed: 6n, step: 0 },
      { batchSize: 4, numClasses: 9000, seed: 6n, step: 1 },
      { batchSize: 36, numClasses: 1000, seed: Array.from({ length: 36 }, (_, row) => row), step: 2 },
      { batchSize: 36, numClasses: 1000, seed: Array.from({ length: 36 }, (_, row) => 36 - row), step: 2 },
      { batchSize: 1, numClasses: 36_000, seed: 7, step: 3 },
    ]
    const outputs = draws.map(({ batchSize }) => gpu.buffer(4 * batchSize))
    submit(gpu, ...draws.map((options, i) => ({ ...options, logits, indices: { buffer: outputs[i] } })))
    for (const [i, options] of draws.entries()) {
      const drawn = new Int32Array(await gpu.read(outputs[i]))
      expectSame(drawn, (await cpu.sample(data, options)).indices, `draw ${i}`)
    }
  })

  gpuTest('600 times before any submit draws each', async (gpu) => {
    const data = randomLogits('normal', 1, 100, 8)
    const logits = { buffer: gpu.upload(data) }
    const indices = gpu.buffer(4 * 600)
    const options = { batchSize: 1, numClasses: 100, seed: 9 }
    const steps = Array.from({ length: 600 }, (_, step) => step)
    submit(gpu, ...steps.map((step) => ({ ...options, step, logits, indices: { buffer: indices, offset: step } })))
    const drawn = new Int32Array(await gpu.read(indices))
    const expected = await Promise.all(steps.map((step) => cpu.sample(data, { ...options, step })))
    expectSame(
      drawn,
      expected.map((each) => each.indices[0]),
      'indices',
    )
  })

  gpuTest('submits nothing: the caller may record, sample otherwise, then submit', async (gpu) => {
    const { device, sampler, upload, buffer, read } = gpu
    const data = randomLogits('normal', 3, 20_000, 10)
    const logits = { buffer: upload(data) }
    const options = { batchSize: 3, numClasses: 20_000, seed: [1, 2, 3] }
    const indices = buffer(256)
    const encoder = device.createCommandEncoder()
    sampler.encodeSample(encoder, { ...options, logits, indices: { buffer: indices } })
    expectSame(new Int32Array(await read(indices)), new Int32Array(64), 'before the submit')
    const other = { ...options, batchSize: 1, numClasses: 60_000, seed: [4] }
    expectSame((await sampler.sample(logits, other)).indices, (await cpu.sample(data, other)).indices, 'between')
    device.queue.submit([encoder.finish()])
    const drawn = new Int32Array(await read(indices)).subarray(0, 3)
    expectSame(drawn, (await cpu.sample(data, options)).indices, 'recorded')
  })
})

describe('encodeSample refuses', () => {
  const shape = { batchSize: 4, numClasses: 10, seed: 1 }
  /** What is wrong, and the message, where every buffer has 1024 bytes. */
  type Change = (gpu: TestGpu, good: EncodeSampleOptions) => object
  const usage = (gpu: TestGpu) => gpu.device.createBuffer({ size: 1024, usage: GPUBufferUsage.COPY_DST })
  const cases: [string, Change][] = [
    ['logits must be { buffer: GPUBuffer } to be recorded', () => ({ logits: new Float32Array(40) })],
    ['logits.buffer must be a GPUBuffer', () => ({ logits: { buffer: new ArrayBuffer(160) } })],
    [
      'logits.buffer has usage 8; it must include GPUBufferUsage.STORAGE (128)',
      (gpu) => ({ logits: { buffer: usage(gpu) } }),
    ],
    [
      'logits hold 256 elements; offset 217 and 4 rows of 10 at a stride of 10 need 257',
      (_, { logits }) => ({ logits: { ...logits, offset: 217 } }),
    ],
    [
      'logits.rowStride is 9; it must be at least numClasses (10)',
      (_, { logits }) => ({ logits: { ...logits, rowStride: 9 } }),
    ],
    ['indices is undefined; it must be { buffer: GPUBuffer }', () => ({ indices: undefined })],
    ['indices.buffer must be a GPUBuffer', () => ({ indices: {} })],
    [
      'indices.buffer has usage 8; it must include GPUBufferUsage.STORAGE (128)',
      (gpu) => ({ indices: { buffer: usage(gpu) } }),
    ],
    [
      "indices.type is int16; it must be 'int32' or 'int64'",
      (_, { indices }) => ({ indices: { ...indices, type: 'int16' } }),
    ],
    [
      'indices.offset is -1; it must be a whole number of elements, 0 or more',
      (_, { indices }) => ({ indices: { ...indices, offset: -1 } }),
    ],
    [
      'scores.offset is 0.5; it must be a whole number of elements, 0 or more',
      ({ buffer }) => ({ scores: { buffer: buffer(1024), offset: 0.5 } }),
    ],
    [
      'indices.buffer has 1024 bytes; offset 253 and 4 words need 1028',
      (_, { indices }) => ({ indices: { ...indices, offset: 253 } }),
    ],
    [
      'indices.buffer has 1024 bytes; offset 249 and 8 words need 1028',
      (_, { indices }) => ({ indices: { ...indices, type: 'int64', offset: 249 } }),
    ],
    [
      'statuses.buffer is also read; results need a buffer of their own',
      (_, { logits }) => ({ statuses: { buffer: logits.buffer } }),
    ],
    [
      'logProbs and indices share 256-byte blocks of one buffer; put them in blocks or buffers of their own',
      (_, { indices }) => ({ logProbs: { buffer: indices.buffer, offset: 4 } }),
    ],
    ['temperature is -1; it must be', () => ({ temperature: -1 })],
  ]
  gpuTest('what is no encoder', async ({ sampler }) => {
    for (const encoder of [undefined, null, {}, 'encoder'] as never[])
      for (const encode of [
        'encodeSample',
        'encodeGumbelSoftmax',
        'encodeGumbelSoftmaxBackward',
        'encodeGumbelGivenIndex',
      ] as const)
        expect(() => sampler[encode](encoder, {} as never)).toThrow(
          new TypeError('encoder must be a GPUCommandEncoder'),
        )
  })

  for (const [message, change] of cases)
    gpuTest(message, async (gpu) => {
      const encoder = gpu.device.createCommandEncoder()
      const good = { ...shape, logits: { buffer: gpu.buffer(1024) }, indices: { buffer: gpu.buffer(1024) } }
      const bad = { ...good, ...change(gpu, good) } as EncodeSampleOptions
      expect(() => gpu.sampler.encodeSample(encoder, bad)).toThrow(message)
      // Nothing was recorded that would spoil the encoder.
      gpu.sampler.encodeSample(encoder, { ...good, scores: { buffer: good.indices.buffer, offset: 64 } })
      gpu.device.queue.submit([encoder.finish()])
    })
})
