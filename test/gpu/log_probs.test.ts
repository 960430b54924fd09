import { type EncodeSampleOptions, type SampleCallOptions, type SampleResult, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import { bufferOptions, expectedRow, hostOptions, randomControls } from '../helpers/adjusted'
import { expectSame } from '../helpers/compare'
import { gpuTest, testDevice, variantsOf } from '../helpers/gpu'
import { expectCloseLogs, expectLogProbs } from '../helpers/log_probs'
import { type LogitsKind, randomLogits } from '../helpers/logits'
import { matrix } from '../helpers/matrix'
import { Random } from '../helpers/random'

const cpu = await createSampler({ backend: 'cpu' })

/** Fails unless lists are the same, and log-probabilities nearly. */
function expectAlike(actual: SampleResult, expected: SampleResult, what: string): void {
  expectSame(actual.indices, expected.indices, `${what}: indices`)
  expectCloseLogs(actual.logProbs, expected.logProbs, `${what}: logProbs`)
  expectSame(actual.topIndices, expected.topIndices, `${what}: topIndices`)
  expectCloseLogs(actual.topLogProbs, expected.topLogProbs, `${what}: topLogProbs`)
  expect(actual.invalidRows, what).toEqual(expected.invalidRows)
}

const KINDS: LogitsKind[] = ['normal', 'peaked', 'flat', 'masked', 'ties', 'huge', 'tiny', 'subnormal']

describe('log-probabilities and lists', () => {
  for (const kind of KINDS)
    gpuTest(`are the CPU's and what sorting says, of ${kind} logits`, async ({ sampler, upload }) => {
      const random = new Random(100 + KINDS.indexOf(kind))
      for (const numClasses of [5, 301, 2003]) {
        const batchSize = 9
        const data = randomLogits(kind, batchSize, numClasses, random.word())
        const each = <T>(of: readonly T[]) => Array.from({ length: batchSize }, () => random.pick(of))
        const temperature = each([0, 0.5, 1, 1, 3])
        const common = { batchSize, numClasses, seed: random.seed(), temperature, kept: true } as const
        const filters = { topK: each([0, 0, 1, 40, 700]), topP: each([1, 1, 0.9]), minP: each([0, 0, 0.02]) }
        for (const logProbs of [true, 'raw'] as const)
          for (const some of [{}, filters]) {
            const options: SampleCallOptions = { ...common, ...some, logProbs, topLogProbs: random.pick([1, 5, 512]) }
            const what = `${numClasses} classes, ${logProbs}${some === filters ? ', filtered' : ''}`
            const actual = await sampler.sample({ buffer: upload(data) }, options)
            expectAlike(actual, await cpu.sample(data, options), what)
            const rows = temperature.map((each, r) => {
              const logits = data.subarray(r * numClasses, (r + 1) * numClasses)
              return { logits, adjusted: logits, temperature: each }
            })
            expectLogProbs(actual, options, rows, what)
          }
      }
    })

  gpuTest('of adjusted logits, of many draws, by every method, on every plan', async ({ device, upload }) => {
    const samplers = variantsOf(device).map((variant) => new WebGpuSampler(device, false, variant))
    const random = new Random(200)
    // Each of these has kernels of its own.
    const all = [
      { logProbs: true },
      { logProbs: 'raw', topP: 0.9 },
      { logProbs: true, method: 'inverse-cdf', topK: 9 },
      { logProbs: 'raw', method: 'inverse-cdf' },
      { logProbs: true, replacement: false, topK: 20 },
      { logProbs: 'raw', replacement: false },
    ] as const
    for (const sampler of samplers)
      for (const [batchSize, numClasses, numSamples] of matrix({ everywhere: [[5, 601, 4]], whole: [[2, 9001, 2]] })) {
        const data = randomLogits('normal', batchSize, numClasses, random.word())
        data[numClasses + 1] = NaN
        const controls = randomControls(random, { batchSize, numClasses }, false)
        for (const given of all) {
          const options: SampleCallOptions = {
            batchSize,
            numClasses,
            numSamples,
            seed: random.seed(),
            temperature: Array<number>(batchSize).fill(1),
            topLogProbs: 12,
            kept: true,
            invalidRows: 'mark',
            ...given,
          }
          const what = `${numClasses} classes, ${JSON.stringify(given)}`
          const actual = await sampler.sample({ buffer: upload(data) }, { ...options, ...hostOptions(controls) })
          expectAlike(actual, await cpu.sample(data, { ...options, ...hostOptions(controls) }), what)
          const rows = Array.from({ length: batchSize }, (_, r) => {
            const logits = data.slice(r * numClasses, (r + 1) * numClasses)
            return { logits, adjusted: expectedRow(logits, r, controls).logits, temperature: 1 }
          })
          expectLogProbs(actual, options, rows, what)
        }
      }
    for (const sampler of samplers) sampler.destroy()
  })

  gpuTest('long rows, at odd places, cut into small dispatches', async ({ device, upload }) => {
    const small = new WebGpuSampler(device, false, { work: 2 ** 17 })
    const data = randomLogits('normal', 1, 3 * 131_075 + 7, 300)
    const view = { offset: 7, rowStride: 131_075 }
    const shape = { batchSize: 3, numClasses: 131_071, temperature: [1, 0.5, 2] }
    for (const given of [
      { logProbs: 'raw', topLogProbs: 20, topK: [5, 0, 700] },
      { logProbs: true, topLogProbs: 3, topP: 0.9 },
      { logProbs: true, topLogProbs: 512, numSamples: 3 },
    ] as const) {
      const options: SampleCallOptions = { ...shape, seed: 5n, ...given }
      const actual = await small.sample({ buffer: upload(data), ...view }, options)
      expectAlike(actual, await cpu.sample({ data, ...view }, options), JSON.stringify(given))
    }
    small.destroy()
  })

  gpuTest('float16 as its float32 copy', async ({ sampler, upload }) => {
    const random = new Random(60)
    const data = new Uint16Array(4 * 1501)
    for (let i = 0; i < data.length; i++) data[i] = random.whole(0, 0x4bff) | (random.whole(0, 1) << 15)
    const buffer = upload(new Uint32Array(data.buffer))
    for (const logProbs of [true, 'raw'] as const) {
      const options = { batchSize: 4, numClasses: 1501, seed: 3n, logProbs, topLogProbs: 30, topK: 9, temperature: 5 }
      const actual = await sampler.sample({ buffer, type: 'float16' }, options)
      expectAlike(actual, await cpu.sample({ data, type: 'float16' }, options), `${logProbs}`)
    }
  })
})

gpuTest(
  'everything at once is recorded at default limits',
  async (gpu) => {
    const { device, sampler, buffer, upload, read } = gpu
    const [batchSize, numClasses, count] = [5, 901, 6]
    const random = new Random(400)
    const data = randomLogits('normal', batchSize, numClasses, 401)
    data.fill(-Infinity, numClasses, 2 * numClasses)
    const controls = { ...randomControls(random, { batchSize, numClasses }, false), bias: undefined }
    const topK = [5, 0, 700, 1, 0]
    for (const of of ['drawn', 'raw'] as const)
      for (const numSamples of [1, 7]) {
        const more = { numSamples, replacement: numSamples === 1 }
        const out = (words: number) => ({ buffer: buffer(4 * words) })
        const views = {
          indices: out(batchSize * numSamples),
          logProbs: { ...out(batchSize * numSamples + 64), offset: 64, of },
          scores: out(batchSize * numSamples),
          statuses: out(batchSize * numSamples),
          keptCounts: out(batchSize),
          keptLogits: out(batchSize),
          keptClasses: out(batchSize),
          topIndices: { ...out(batchSize * count + 3), offset: 3 },
          topLogProbs: { ...out(batchSize * count), count },
        }
        const encoder = device.createCommandEncoder()
        sampler.encodeSample(encoder, {
          batchSize,
          numClasses,
          seed: 9n,
          logits: { buffer: upload(data) },
          topK: { buffer: upload(Int32Array.from(topK)) },
          ...bufferOptions(gpu, controls),
          ...more,
          ...views,
        })
        device.queue.submit([encoder.finish()])
        const expected = await cpu.sample(data, {
          batchSize,
          numClasses,
          seed: 9n,
          topK,
          kept: true,
          scores: true,
          logProbs: of === 'raw' ? 'raw' : true,
          topLogProbs: count,
          invalidRows: 'mark',
          ...hostOptions(controls),
          ...more,
        })
        const ints = async (name: 'indices' | 'keptCounts') => new Int32Array(await read(views[name].buffer))
        expectSame(await ints('indices'), expected.indices, 'indices')
        expectSame(await ints('keptCounts'), expected.keptCounts, 'keptCounts')
        expectSame(new Float32Array(await read(views.scores.buffer)), expected.scores, 'scores')
        const logProbs = new Float32Array(await read(views.logProbs.buffer)).subarray(64)
        expectCloseLogs(logProbs, expected.logProbs, 'logProbs')
        expectSame(new Int32Array(await read(views.topIndices.buffer)).subarray(3), expected.topIndices, 'topIndices')
        const lists = new Float32Array(await read(views.topLogProbs.buffer))
        expectCloseLogs(lists, expected.topLogProbs, 'topLogProbs')
        const statuses = new Int32Array(await read(views.statuses.buffer))
        expect([...statuses], 'statuses').toEqual(
          Array.from(statuses, (_, i) => (Math.floor(i / numSamples) === 1 ? 3 : 0)),
        )
      }
  },
  'plain',
)

gpuTest('recordings refuse lists that are not whole, and what no view says', async ({ device, sampler, buffer }) => {
  const view = () => ({ buffer: buffer(256) })
  const encode = (options: object) =>
    sampler.encodeSample(device.createCommandEncoder(), {
      batchSize: 1,
      numClasses: 8,
      seed: 1n,
      logits: view(),
      indices: view(),
      ...options,
    } as EncodeSampleOptions)
  const logProbs = view()
  expect(() => encode({ topIndices: view(), topLogProbs: { ...view(), count: 2 } })).toThrow(
    'topLogProbs is given without logProbs',
  )
  expect(() => encode({ logProbs, topLogProbs: { ...view(), count: 2 } })).toThrow('topLogProbs is given alone')
  expect(() => encode({ logProbs, topIndices: view() })).toThrow('topIndices is given alone')
  expect(() => encode({ logProbs, topIndices: view(), topLogProbs: view() })).toThrow(
    'topLogProbs.count is undefined; it must be a number',
  )
  expect(() => encode({ logProbs, topIndices: view(), topLogProbs: { ...view(), count: 513 } })).toThrow(
    'topLogProbs.count is 513; it must be a whole number from 1 to 512',
  )
  expect(() => encode({ logProbs: { ...logProbs, of: 'given' } })).toThrow(
    "logProbs.of is given; it must be 'drawn' or 'raw'",
  )
  expect(() => encode({ scores: { ...view(), of: 'raw' } })).toThrow('scores.of is not known')
  expect(() => encode({ logProbs, topIndices: view(), topLogProbs: { ...view(), count: 65 } })).toThrow(
    'topIndices.buffer has 256 bytes',
  )
})

gpuTest('what is described is what is made ready', async () => {
  const device = await testDevice()
  const sampler = await createSampler({ device })
  const options = { batchSize: 3, numClasses: 101, temperature: [1, 2, 3], logProbs: 'raw', topLogProbs: 5 } as const
  await sampler.prepare([
    { operation: 'sample', ...options },
    { operation: 'sample', batchSize: 3, numClasses: 101, numSamples: 4, replacement: false },
    {
      operation: 'encodeSample',
      batchSize: 3,
      numClasses: 9,
      logProbs: { of: 'raw' },
      topIndices: {},
      topLogProbs: { count: 3 },
    },
  ])
  const drawn = await sampler.sample(new Float32Array(303), { ...options, seed: 1n })
  expect([...drawn.topIndices!.subarray(0, 5)]).toEqual([0, 1, 2, 3, 4])
  sampler.destroy()
})
