import { type SampleCallOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import type { Limits } from '../../src/gpu/plan'
import { chiSquared, countsOf, softmax } from '../helpers/chi_squared'
import { expectClose, expectSame } from '../helpers/compare'
import { type TestGpu, gpuTest, variantsOf } from '../helpers/gpu'
import { FAR_DRAWS, classOfWord, logitOfMass, massesOf, wordOfDraw } from '../helpers/inverse_cdf'
import { LOGITS_KINDS, TEMPERATURES, randomLogits } from '../helpers/logits'
import { matrix } from '../helpers/matrix'
import { Random } from '../helpers/random'

const cpu = await createSampler({ backend: 'cpu' })
const method = 'inverse-cdf'

type Options = Omit<SampleCallOptions, 'method'> & { batchSize: number }

/** Fails unless the GPU draws what the CPU does. */
async function expectCpuDraws(
  { sampler, upload }: Pick<TestGpu, 'sampler' | 'upload'>,
  data: Float32Array<ArrayBuffer>,
  options: Options,
  view: { offset?: number; rowStride?: number } = {},
): Promise<void> {
  const all = { ...options, method, logProbs: true } as const
  const expected = await cpu.sample({ data, ...view }, all)
  const actual = await sampler.sample({ buffer: upload(data), ...view }, all)
  const { batchSize, numClasses, numSamples } = options
  const what = `[${batchSize}, ${numClasses}], ${numSamples} draws`
  expectSame(actual.indices, expected.indices, `${what}: indices`)
  expectClose(actual.logProbs, expected.logProbs, 1e-5, `${what}: logProbs`)
}

function rowsOf(random: Random, batchSize: number) {
  const each = <T>(of: () => T) => Array.from({ length: batchSize }, of)
  return {
    temperature: each(() => random.pick(TEMPERATURES)),
    seed: each(() => random.seed()),
    streams: each(() => random.word()),
    step: each(() => random.word()),
  }
}

function filtersOf(random: Random, batchSize: number) {
  const each = <T>(of: () => T) => Array.from({ length: batchSize }, of)
  return {
    topK: each(() => random.pick([0, 0, 1, 50, 1000])),
    topP: each(() => random.pick([1, 1, 1e-6, 0.9, 0.999])),
    minP: each(() => random.pick([0, 0, 1e-10, 0.05, 1])),
  }
}

describe('GPU draws what the CPU does', () => {
  for (const kind of LOGITS_KINDS)
    gpuTest(`${kind} logits, settings and filters a row`, async (gpu) => {
      const random = new Random(LOGITS_KINDS.indexOf(kind))
      for (const numClasses of [1, 3, 4, 64, 65, 300, 1000, 5003]) {
        const batchSize = random.pick([1, 7, 24])
        const numSamples = random.pick([1, 2, 9, 64])
        const data = randomLogits(kind, batchSize, numClasses, random.word())
        const options = { batchSize, numClasses, numSamples, ...rowsOf(random, batchSize) }
        await expectCpuDraws(gpu, data, options)
        await expectCpuDraws(gpu, data, { ...options, ...filtersOf(random, batchSize) })
      }
    })

  gpuTest('long rows, up to the longest', async (gpu) => {
    const random = new Random(20)
    for (const [batchSize, numClasses, kind] of [
      [3, 50_257, 'normal'],
      [2, 131_072, 'peaked'],
      [1, 262_144, 'flat'],
      [1, 2 ** 21, 'normal'],
      [1, 151_936, 'normal'],
    ] as const) {
      const data = randomLogits(kind, batchSize, numClasses, random.word())
      const options = { batchSize, numClasses, numSamples: 1000, seed: random.seed() }
      await expectCpuDraws(gpu, data, options)
      await expectCpuDraws(gpu, data, { ...options, topK: 300, topP: 0.9 })
    }
  })

  gpuTest('many short rows, and many draws of one', async (gpu) => {
    const rows = randomLogits('normal', 5000, 10, 21)
    await expectCpuDraws(gpu, rows, { batchSize: 5000, numClasses: 10, numSamples: 3, seed: 1n })
    const one = randomLogits('normal', 1, 100, 22)
    await expectCpuDraws(gpu, one, { batchSize: 1, numClasses: 100, numSamples: 100_001, seed: 2n })
  })

  gpuTest('at odd offsets and strides', async (gpu) => {
    const random = new Random(30)
    const data = randomLogits('normal', 1, 10 * 2051 + 7, 31)
    const view = { offset: 7, rowStride: 2051 }
    for (const filters of [{}, filtersOf(random, 10)])
      await expectCpuDraws(gpu, data, { batchSize: 10, numClasses: 2003, numSamples: 33, seed: 4n, ...filters }, view)
  })

  gpuTest('over bindings of any size, with any work a dispatch, planned for GPUs and for software', async (gpu) => {
    const { device, upload } = gpu
    const random = new Random(40)
    const data = randomLogits('normal', 5, 1000, 41)
    const options = { batchSize: 5, numClasses: 1000, numSamples: 7, seed: 5n }
    for (const variant of variantsOf(device))
      for (const limits of matrix<Partial<Limits>, Partial<Limits>>({
        everywhere: [{ bindingBytes: 4352 }, { work: 101 }],
        whole: [{ bindingBytes: 16_384 }, { work: 1 }, {}],
      })) {
        const sampler = new WebGpuSampler(device, false, { ...variant, ...limits })
        try {
          for (const filters of [{}, filtersOf(random, 5)])
            await expectCpuDraws({ sampler, upload }, data, { ...options, ...filters })
        } finally {
          sampler.destroy()
        }
      }
  })
})

gpuTest('draws are the first classes whose inclusive sums exceed the pick, by BigInt arithmetic', async (gpu) => {
  for (const [numClasses, temperature] of [
    [5, 1],
    [1000, 0.4],
    [9001, 3],
  ]) {
    const data = randomLogits('normal', 2, numClasses, numClasses)
    const options = { batchSize: 2, numClasses, numSamples: 21, temperature, seed: 7n, step: 9 }
    const { indices } = await gpu.sampler.sample(data, { ...options, method })
    for (const stream of [0, 1]) {
      const masses = massesOf(data.subarray(stream * numClasses, (stream + 1) * numClasses), temperature)
      const expected = Array.from({ length: 21 }, (_, draw) =>
        classOfWord(masses, wordOfDraw(draw, { seed: 7n, stream, step: 9 })),
      )
      expectSame(indices.subarray(21 * stream, 21 * (stream + 1)), expected, `${numClasses} classes, row ${stream}`)
    }
  }
})

gpuTest('in the far tail one unit of mass decides', async ({ sampler }) => {
  for (const { seed, step, draw } of FAR_DRAWS) {
    const pick = Number((wordOfDraw(draw, { seed, step }) * ((1n << 40n) + 1000n)) >> 64n)
    for (const mass of [pick, pick + 1, 1099]) {
      const logits = Float32Array.of(logitOfMass(mass), 0)
      const { indices } = await sampler.sample(logits, { numClasses: 2, numSamples: draw + 1, seed, step, method })
      expect(indices[draw], `mass ${mass} where the pick is ${pick}`).toBe(mass > pick ? 0 : 1)
    }
  }
})

gpuTest('classes are drawn as often as they should be', async ({ sampler }) => {
  const logits = randomLogits('normal', 1, 1000, 50)
  const options = { numClasses: 1000, numSamples: 500_000, seed: 51n, temperature: 1.5, method } as const
  const { indices } = await sampler.sample(logits, options)
  expect(chiSquared(countsOf(indices, 1000), softmax(logits, 1.5)).p).toBeGreaterThan(0.001)
})

gpuTest('rows without a distribution are told as by gumbel-max', async ({ sampler }) => {
  const data = randomLogits('normal', 5, 700, 60)
  data[3] = NaN
  data[700 + 699] = Infinity
  data.fill(-Infinity, 1400, 2100)
  data[2100 + 650] = -NaN
  for (const filters of [{}, { topK: 3 }]) {
    const options = {
      batchSize: 5,
      numClasses: 700,
      numSamples: 3,
      seed: 1n,
      method,
      logProbs: true,
      ...filters,
    } as const
    const marked = await sampler.sample(data, { ...options, invalidRows: 'mark' })
    const expected = await cpu.sample(data, { ...options, invalidRows: 'mark' })
    expect(marked.invalidRows).toEqual(expected.invalidRows)
    expect(marked.invalidRows.map(({ reason }) => reason)).toEqual(['nan', 'positive-infinity', 'all-masked', 'nan'])
    expectSame(marked.indices, expected.indices, 'indices')
    expectClose(marked.logProbs, expected.logProbs, 1e-5, 'logProbs')
    await expect(sampler.sample(data, options)).rejects.toThrow('logits: row 0 holds NaN')
  }
})

describe('encodeSample', () => {
  for (const type of ['int32', 'int64'] as const)
    gpuTest(`writes ${type} indices, log-probabilities and statuses, with settings from buffers`, async (gpu) => {
      const { device, sampler, upload, buffer, read } = gpu
      const [batchSize, numClasses, numSamples] = [5, 300, 3]
      const count = batchSize * numSamples
      const data = randomLogits('normal', batchSize, numClasses, 70)
      data.fill(-Infinity, numClasses, 2 * numClasses)
      const words = type === 'int64' ? 2 : 1
      const [indices, logProbs, statuses] = [buffer(4 * (count * words + 3)), buffer(4 * count), buffer(4 * count)]
      const steps = [4, 5, 6, 7, 8]
      const encoder = device.createCommandEncoder()
      sampler.encodeSample(encoder, {
        batchSize,
        numClasses,
        numSamples,
        method,
        seed: { buffer: upload(Uint32Array.from({ length: 2 * batchSize }, (_, i) => i)) },
        step: { buffer: upload(Int32Array.from(steps)) },
        temperature: { buffer: upload(Float32Array.of(1, 1, 0, -1, 0.5)) },
        topP: { buffer: upload(Float32Array.of(1, 1, 1, 1, 0.8)) },
        logits: { buffer: upload(data) },
        indices: { buffer: indices, offset: 3, type },
        logProbs: { buffer: logProbs },
        statuses: { buffer: statuses },
        invalidIndex: -7,
      })
      device.queue.submit([encoder.finish()])
      const expected = await cpu.sample(data, {
        batchSize,
        numClasses,
        numSamples,
        method,
        seed: Array.from({ length: batchSize }, (_, r) => (BigInt(2 * r + 1) << 32n) | BigInt(2 * r)),
        step: steps,
        temperature: [1, 1, 0, 1, 0.5],
        topP: [1, 1, 1, 1, 0.8],
        logProbs: true,
        invalidRows: 'mark',
      })
      const marked = [...expected.indices].map((index, i) => ([1, 3].includes(Math.floor(i / 3)) ? -7 : index))
      const drawn = new Int32Array(await read(indices)).subarray(3)
      // The high word of an int64 repeats the sign.
      expectSame(drawn, words === 2 ? marked.flatMap((index) => [index, index >> 31]) : marked, 'indices')
      const rows = [0, 3, 0, 9, 0]
      expectSame(
        new Int32Array(await read(statuses)),
        rows.flatMap((status) => [status, status, status]),
        'statuses',
      )
      expected.logProbs!.fill(NaN, 9, 12)
      expectClose(new Float32Array(await read(logProbs)), expected.logProbs, 1e-5, 'logProbs')
    })

  gpuTest('several in one encoder, of rows that grow, share their scratch', async (gpu) => {
    const { device, sampler, upload, buffer, read } = gpu
    const encoder = device.createCommandEncoder()
    const calls = [100, 3000, 40].map((numClasses, step) => {
      const data = randomLogits('normal', 2, numClasses, 80 + step)
      const options = { batchSize: 2, numClasses, numSamples: 50, seed: 8n, step, method } as const
      const indices = buffer(400)
      sampler.encodeSample(encoder, { ...options, logits: { buffer: upload(data) }, indices: { buffer: indices } })
      return { data, options, indices }
    })
    device.queue.submit([encoder.finish()])
    for (const { data, options, indices } of calls)
      expectSame(new Int32Array(await read(indices)), (await cpu.sample(data, options)).indices, 'indices')
  })
})

gpuTest('halves are drawn from as their float32 copies', async ({ sampler, upload }) => {
  const random = new Random(90)
  const words = new Uint16Array(4 * 1500)
  for (let i = 0; i < words.length; i++) words[i] = random.whole(0, 0x4bff) | (random.whole(0, 1) << 15)
  const options = { batchSize: 4, numClasses: 1500, numSamples: 20, seed: 3n, temperature: 5, method } as const
  for (const type of ['float16', 'bfloat16'] as const)
    for (const filters of [{}, { topK: [3, 600, 0, 50] }]) {
      const all = { ...options, ...filters, logProbs: true }
      const expected = await cpu.sample({ data: words, type }, all)
      const actual = await sampler.sample({ buffer: upload(new Uint32Array(words.buffer)), type }, all)
      expectSame(actual.indices, expected.indices, `${type}: indices`)
      expectClose(actual.logProbs, expected.logProbs, 1e-5, `${type}: logProbs`)
    }
})
