import { type SampleCallOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { expectClose, expectSame } from '../helpers/compare'
import { type TestGpu, gpuTest } from '../helpers/gpu'
import { type LogitsKind, randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'

const cpu = await createSampler({ backend: 'cpu' })

/** Fails unless the GPU keeps and draws what the CPU does. */
async function expectCpuDraws(
  { sampler, upload }: TestGpu,
  data: Float32Array<ArrayBuffer>,
  options: SampleCallOptions & { batchSize: number },
  view: { offset?: number; rowStride?: number } = {},
): Promise<void> {
  const all = { ...options, scores: true, logProbs: true, kept: true }
  const expected = await cpu.sample({ data, ...view }, all)
  const what = JSON.stringify({ ...options, seed: undefined }, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  )
  const actual = await sampler.sample({ buffer: upload(data), ...view }, all)
  expectSame(actual.keptCounts, expected.keptCounts, `${what}: kept counts`)
  expectSame(actual.keptClasses, expected.keptClasses, `${what}: kept classes`)
  expectSame(actual.keptLogits, expected.keptLogits, `${what}: kept logits`)
  expectSame(actual.indices, expected.indices, `${what}: indices`)
  expectSame(actual.scores, expected.scores, `${what}: scores`)
  expectClose(actual.logProbs, expected.logProbs, 1e-5, `${what}: logProbs`)
}

/** Filters of rows, one after another. */
const TOP_K = [0, 1, 2, 20, 50, 256, 1000, 2 ** 31 - 1]
const TOP_P = [1, 0, 1e-6, 0.1, 0.9, 0.99, 1 - 1e-7]
const MIN_P = [0, 1e-10, 0.05, 0.5, 1]

function rowsOf(random: Random, batchSize: number) {
  const each = <T>(of: () => T) => Array.from({ length: batchSize }, of)
  return {
    topK: each(() => random.pick(TOP_K)),
    topP: each(() => random.pick(TOP_P)),
    minP: each(() => random.pick([0, 0, ...MIN_P])),
    temperature: each(() => random.pick([0, 0.05, 0.8, 1, 1, 30, 1e18])),
  }
}

describe('GPU keeps and draws what the CPU does', () => {
  const kinds: LogitsKind[] = ['normal', 'peaked', 'flat', 'masked', 'ties', 'buried', 'huge', 'tiny', 'subnormal']
  for (const kind of kinds)
    gpuTest(`${kind} logits, filters a row`, async (gpu) => {
      const random = new Random(kinds.indexOf(kind))
      for (const numClasses of [1, 5, 64, 300, 1000, 5003]) {
        const batchSize = 24
        const data = randomLogits(kind, batchSize, numClasses, random.word())
        await expectCpuDraws(gpu, data, { batchSize, numClasses, seed: random.seed(), ...rowsOf(random, batchSize) })
      }
    })

  gpuTest('long rows', async (gpu) => {
    const random = new Random(20)
    for (const [numClasses, kind] of [
      [50257, 'normal'],
      [131072, 'peaked'],
      [131072, 'ties'],
      [151936, 'normal'],
      [262144, 'flat'],
    ] as const) {
      const data = randomLogits(kind, 3, numClasses, random.word())
      for (const filters of [
        { topK: [50, 1000, 20_000] },
        { topP: [0.9, 0.5, 1e-6] },
        { topK: 300, topP: [0.9, 0.3, 1], minP: [0, 0, 0.1] },
      ])
        await expectCpuDraws(gpu, data, { batchSize: 3, numClasses, seed: random.seed(), ...filters })
    }
  })

  gpuTest('several draws, at odd offsets and strides', async (gpu) => {
    const random = new Random(30)
    const data = randomLogits('normal', 1, 10 * 2051 + 7, 31)
    const view = { offset: 7, rowStride: 2051 }
    const rows = { ...rowsOf(random, 10), temperature: 1 }
    await expectCpuDraws(gpu, data, { batchSize: 10, numClasses: 2003, numSamples: 33, seed: 4n, ...rows }, view)
    await expectCpuDraws(
      gpu,
      data,
      { batchSize: 10, numClasses: 2003, numSamples: 3, tail: 'extended', seed: 5n, ...rows },
      view,
    )
  })
})

gpuTest('min-p alone draws what the CPU draws, where nobody asks how many are kept', async ({ sampler }) => {
  const [batchSize, numClasses] = [12, 5003]
  for (const kind of ['normal', 'flat', 'peaked', 'ties'] as const) {
    const data = randomLogits(kind, batchSize, numClasses, 60)
    const minP = Array.from({ length: batchSize }, (_, row) => [1e-10, 0.02, 0.5][row % 3])
    const options = { batchSize, numClasses, seed: 6n, numSamples: 3, minP } as const
    const [found, expected] = [await sampler.sample(data, options), await cpu.sample(data, { ...options, kept: true })]
    if (kind !== 'peaked') expect(Math.max(...expected.keptCounts!)).toBeGreaterThan(512)
    expectSame(found.indices, expected.indices, `${kind}: indices`)
  }
})

gpuTest('rows without a distribution are told as without filters', async ({ sampler }) => {
  const data = randomLogits('normal', 5, 700, 40)
  data[3] = NaN
  data[700 + 699] = Infinity
  data.fill(-Infinity, 1400, 2100)
  data[2100 + 650] = -NaN
  const options = { batchSize: 5, numClasses: 700, seed: 1n, topK: 3, kept: true, logProbs: true } as const
  const marked = await sampler.sample(data, { ...options, invalidRows: 'mark' })
  const expected = await cpu.sample(data, { ...options, invalidRows: 'mark' })
  expect(marked.invalidRows).toEqual(expected.invalidRows)
  expect(marked.invalidRows.map(({ reason }) => reason)).toEqual(['nan', 'positive-infinity', 'all-masked', 'nan'])
  expectSame(marked.indices, expected.indices, 'indices')
  expectSame(marked.keptCounts, Int32Array.of(0, 0, 0, 0, 3), 'kept counts')
  expectSame(marked.keptClasses, expected.keptClasses, 'kept classes')
  await expect(sampler.sample(data, options)).rejects.toThrow('logits: row 0 holds NaN')
})

gpuTest('filters read from buffers keep what lists of them do, and are checked there', async (gpu) => {
  const { device, sampler, upload, buffer, read } = gpu
  const [batchSize, numClasses] = [6, 900]
  const data = randomLogits('normal', batchSize, numClasses, 50)
  const topK = [5, 0, 700, 1, 0, 50]
  const topP = [1, 0.5, 0.9, 1, 0, 0.3]
  const minP = [0, 0, 0.001, 0, 0, 0.1]
  const indices = buffer(4 * batchSize)
  const counts = buffer(4 * batchSize)
  const encode = (filters: Partial<Record<'topK' | 'topP' | 'minP', GPUBuffer>>, statuses?: GPUBuffer) => {
    const encoder = device.createCommandEncoder()
    const views = Object.fromEntries(Object.entries(filters).map(([name, each]) => [name, { buffer: each }]))
    sampler.encodeSample(encoder, {
      batchSize,
      numClasses,
      seed: 9n,
      logits: { buffer: upload(data) },
      indices: { buffer: indices },
      keptCounts: { buffer: counts },
      ...(statuses ? { statuses: { buffer: statuses } } : {}),
      ...views,
    })
    device.queue.submit([encoder.finish()])
  }
  encode({
    topK: upload(Int32Array.from(topK)),
    topP: upload(Float32Array.from(topP)),
    minP: upload(Float32Array.from(minP)),
  })
  const expected = await cpu.sample(data, { batchSize, numClasses, seed: 9n, topK, topP, minP, kept: true })
  expectSame(new Int32Array(await read(indices)), expected.indices, 'indices')
  expectSame(new Int32Array(await read(counts)), expected.keptCounts, 'kept counts')

  const statuses = buffer(4 * batchSize)
  encode(
    { topP: upload(Float32Array.of(0.5, -0.1, 1.5, NaN, -0, 1)), topK: upload(Int32Array.of(1, 1, 1, 1, 1, -1)) },
    statuses,
  )
  expect([...new Int32Array(await read(statuses))]).toEqual([0, 9, 9, 9, 0, 9])
  expect([...new Int32Array(await read(counts))]).toEqual([1, 0, 0, 0, 1, 0])
})

gpuTest('halves are filtered as their float32 copies', async ({ sampler, upload }) => {
  const random = new Random(60)
  const words = new Uint16Array(4 * 1500)
  for (let i = 0; i < words.length; i++) words[i] = random.whole(0, 0x4bff) | (random.whole(0, 1) << 15)
  const options = {
    batchSize: 4,
    numClasses: 1500,
    seed: 3n,
    topK: [3, 600, 0, 50],
    topP: [1, 0.9, 0.4, 0.9],
    kept: true,
    temperature: 5,
  }
  for (const type of ['float16', 'bfloat16'] as const) {
    const expected = await cpu.sample({ data: words, type }, options)
    const actual = await sampler.sample({ buffer: upload(new Uint32Array(words.buffer)), type }, options)
    expectSame(actual.keptCounts, expected.keptCounts, `${type}: kept counts`)
    expectSame(actual.indices, expected.indices, `${type}: indices`)
  }
})
