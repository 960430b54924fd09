import { type SampleCallOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import type { Limits } from '../../src/gpu/plan'
import { hostOptions, randomControls } from '../helpers/adjusted'
import { chiSquared } from '../helpers/chi_squared'
import { expectSame } from '../helpers/compare'
import { type TestGpu, gpuTest, variantsOf } from '../helpers/gpu'
import { expectCloseLogs } from '../helpers/log_probs'
import { type LogitsKind, randomLogits } from '../helpers/logits'
import { matrix } from '../helpers/matrix'
import { Random } from '../helpers/random'
import { orderOfSums } from '../helpers/reference'

const cpu = await createSampler({ backend: 'cpu' })

type Options = SampleCallOptions & { batchSize: number }

/** Fails unless a GPU gives the classes, the order and the scores that the CPU does. */
async function expectCpuOrder(
  { sampler, upload }: Pick<TestGpu, 'sampler' | 'upload'>,
  data: Float32Array<ArrayBuffer>,
  options: Options,
  view: { offset?: number; rowStride?: number } = {},
): Promise<void> {
  const all = { ...options, replacement: false, scores: true, logProbs: true, invalidRows: 'mark' } as const
  const expected = await cpu.sample({ data, ...view }, all)
  const actual = await sampler.sample({ buffer: upload(data), ...view }, all)
  const what = `[${options.batchSize}, ${options.numClasses}], ${options.numSamples} draws`
  expectSame(actual.indices, expected.indices, `${what}: indices`)
  expectSame(actual.scores, expected.scores, `${what}: scores`)
  expectCloseLogs(actual.logProbs, expected.logProbs, `${what}: logProbs`)
  expect(actual.invalidRows, what).toEqual(expected.invalidRows)
}

describe('draws without replacement are those of the CPU', () => {
  const kinds: LogitsKind[] = ['normal', 'peaked', 'flat', 'masked', 'ties', 'buried', 'huge', 'tiny', 'subnormal']
  for (const kind of kinds)
    gpuTest(`${kind} logits`, async (gpu) => {
      const random = new Random(kinds.indexOf(kind))
      for (const [numClasses, numSamples] of [
        [2, 2],
        [5, 3],
        [9, 9],
        [64, 7],
        [300, 300],
        [1000, 50],
        [5003, 2000],
      ]) {
        const batchSize = 6
        const each = <T>(of: readonly T[]) => Array.from({ length: batchSize }, () => random.pick(of))
        const data = randomLogits(kind, batchSize, numClasses, random.word())
        const settings = { seed: random.seed(), temperature: each([0, 0.05, 1, 1, 30, 1e18]) }
        const filters = { topK: each([0, 2, 20, 700]), topP: each([1, 0.9, 0.5]), minP: each([0, 0, 0.1]) }
        for (const some of [{}, filters])
          await expectCpuOrder(gpu, data, { batchSize, numClasses, numSamples, ...settings, ...some })
      }
    })

  gpuTest('long rows, few draws and all of them', async (gpu) => {
    const random = new Random(20)
    for (const [numClasses, numSamples] of [
      [131_072, 8],
      [50_257, 50_257],
      [151_936, 1000],
    ]) {
      const data = randomLogits(random.pick(['normal', 'ties', 'flat'] as const), 2, numClasses, random.word())
      await expectCpuOrder(gpu, data, { batchSize: 2, numClasses, numSamples, seed: random.seed() })
    }
  })

  gpuTest('adjusted, invalid and extended, at odd places, in shards, on every plan', async ({ device, upload }) => {
    const random = new Random(30)
    const few = [{ work: 64, bindingBytes: 2 ** 16 }, { work: 4096 }]
    const limits = matrix<Partial<Limits>, Partial<Limits>>({ everywhere: few, whole: variantsOf(device) })
    for (const limit of limits) {
      const sampler = new WebGpuSampler(device, false, limit)
      const data = randomLogits('normal', 1, 7 * 611 + 5, random.word())
      data[5 + 611 + 3] = Infinity
      data.fill(-Infinity, 5 + 2 * 611, 5 + 3 * 611)
      const options = { batchSize: 7, numClasses: 603, numSamples: 40, seed: random.seed() }
      const controls = randomControls(random, options, false)
      const view = { offset: 5, rowStride: 611 }
      const gpu = { sampler, upload }
      await expectCpuOrder(gpu, data, { ...options, ...hostOptions(controls), topK: 30 }, view)
      await expectCpuOrder(gpu, data, { ...options, ...hostOptions(controls), tail: 'extended' }, view)
      await expectCpuOrder(gpu, data, { ...options, classOffset: 8 * 1234 }, view)
      sampler.destroy()
    }
  })

  gpuTest('halves as their float32 copies', async ({ sampler, upload }) => {
    const random = new Random(60)
    const words = new Uint16Array(4 * 900)
    for (let i = 0; i < words.length; i++) words[i] = random.whole(0, 0x4bff) | (random.whole(0, 1) << 15)
    const options = { batchSize: 4, numClasses: 900, numSamples: 33, seed: 3n, replacement: false } as const
    for (const type of ['float16', 'bfloat16'] as const) {
      const actual = await sampler.sample({ buffer: upload(new Uint32Array(words.buffer)), type }, options)
      expectSame(actual.indices, (await cpu.sample({ data: words, type }, options)).indices, type)
    }
  })
})

gpuTest('they are the order of logits plus this device’s noise', async ({ sampler }) => {
  const [batchSize, numClasses] = [3, 777]
  const options = { batchSize, numClasses, seed: 8n, step: 3 }
  const logits = randomLogits('normal', batchSize, numClasses, 70)
  const noise = await sampler.noise('gumbel', options)
  const drawn = await sampler.sample(logits, { ...options, numSamples: 200, temperature: 0.7, replacement: false })
  for (let r = 0; r < batchSize; r++) {
    const [begin, end] = [r * numClasses, (r + 1) * numClasses]
    const order = orderOfSums(logits.subarray(begin, end), noise.subarray(begin, end), 0.7)
    expect([...drawn.indices.subarray(200 * r, 200 * (r + 1))]).toEqual(order.slice(0, 200))
  }
})

gpuTest('of ordered pairs each is drawn as often as theory says', async ({ sampler }) => {
  const p = [0.4, 0.3, 0.15, 0.1, 0.05]
  const batchSize = 30_000
  const rows = Float32Array.from({ length: 5 * batchSize }, (_, i) => Math.log(p[i % 5]))
  const { indices } = await sampler.sample(rows, { numClasses: 5, numSamples: 2, seed: 23n, replacement: false })
  const counts = Array<number>(25).fill(0)
  for (let r = 0; r < batchSize; r++) counts[5 * indices[2 * r] + indices[2 * r + 1]]++
  const pairs = [...counts.keys()].filter((i) => Math.floor(i / 5) !== i % 5)
  const expected = pairs.map((i) => (p[Math.floor(i / 5)] * p[i % 5]) / (1 - p[Math.floor(i / 5)]))
  const drawn = pairs.map((i) => counts[i])
  expect(drawn.reduce((sum, count) => sum + count)).toBe(batchSize)
  expect(chiSquared(drawn, expected).p).toBeGreaterThan(1e-4)
})
