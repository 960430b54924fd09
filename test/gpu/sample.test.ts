import { type SampleCallOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { expectClose, expectSame } from '../helpers/compare'
import { type TestGpu, gpuTest } from '../helpers/gpu'
import { LOGITS_KINDS, type LogitsKind, TEMPERATURES, randomLogits } from '../helpers/logits'
import { WHOLE, matrix } from '../helpers/matrix'
import { Random } from '../helpers/random'

const cpu = await createSampler({ backend: 'cpu' })

/** Fails unless the GPU draws the CPU's indices and scores, and log-probabilities within 1e-5 of its float64 ones. */
async function expectCpuDraws(
  { sampler, upload }: TestGpu,
  data: Float32Array<ArrayBuffer>,
  options: SampleCallOptions,
  view: { offset?: number; rowStride?: number } = {},
): Promise<void> {
  const all = { ...options, scores: true, logProbs: true }
  const expected = await cpu.sample({ data, ...view }, all)
  const { batchSize, numClasses, temperature } = options
  const what = `[${batchSize}, ${numClasses}], T ${Array.isArray(temperature) ? 'a row' : (temperature ?? 1)}`
  const buffer = { buffer: upload(data), ...view }
  // Long rows take their time: from one place is enough.
  const from = data.length > 500_000 ? { GPU: buffer } : { host: { data, ...view }, GPU: buffer }
  for (const [place, logits] of Object.entries(from)) {
    const actual = await sampler.sample(logits, all)
    expectSame(actual.indices, expected.indices, `${what}: indices from ${place} memory`)
    expectSame(actual.scores, expected.scores, `${what}: scores from ${place} memory`)
    expectClose(actual.logProbs, expected.logProbs, 1e-5, `${what}: logProbs from ${place} memory`)
    expect(actual.invalidRows).toEqual([])
  }
  // Where no scores are wanted, short rows are drawn by a kernel of their own.
  const actual = await sampler.sample(buffer, { ...options, logProbs: true })
  expectSame(actual.indices, expected.indices, `${what}: indices without scores`)
  expectClose(actual.logProbs, expected.logProbs, 1e-5, `${what}: logProbs without scores`)
}

/** A row for each temperature, and seeds and streams of each row's own. */
function rowOptions(random: Random, numClasses: number, temperature: readonly number[]): SampleCallOptions {
  return {
    batchSize: temperature.length,
    numClasses,
    temperature,
    seed: temperature.map(() => random.seed()),
    streams: temperature.map(() => random.word()),
    step: random.word(),
  }
}

describe('GPU draws are CPU draws', () => {
  const sizes = matrix({
    everywhere: [1, 3, 4, 7, 256, 257, 1000, 50257],
    whole: [2, 5, 6, 255, 151936, 262144],
  })
  for (const numClasses of sizes)
    gpuTest(`V = ${numClasses}: every kind of logits at every temperature`, async (gpu) => {
      const random = new Random(numClasses)
      // Long rows take the kinds in turn, each temperature meeting some of them.
      const kinds: readonly LogitsKind[] = numClasses > 1000 ? ['normal', 'peaked', 'ties', 'masked'] : LOGITS_KINDS
      const temperatures = numClasses > 1000 ? TEMPERATURES.filter((t) => t < 1e18) : TEMPERATURES
      for (const kind of kinds) {
        const data = randomLogits(kind, temperatures.length, numClasses, random.word())
        await expectCpuDraws(gpu, data, rowOptions(random, numClasses, temperatures))
      }
    })

  for (const [batchSize, numClasses] of matrix({
    everywhere: [
      [100_000, 10],
      [65_537, 3],
      [4097, 100],
      [600, 1024],
    ],
    whole: [
      [100_001, 1],
      [20_000, 17],
      [1025, 257],
    ],
  }))
    gpuTest(`a batch of [${batchSize}, ${numClasses}]`, async (gpu) => {
      for (const kind of ['normal', 'ties'] as const) {
        const data = randomLogits(kind, batchSize, numClasses, batchSize)
        await expectCpuDraws(gpu, data, { batchSize, numClasses, seed: 11n, temperature: 0.8 })
      }
    })

  gpuTest('random shapes, seeds, steps, streams, samples, class offsets, offsets and strides', async (gpu) => {
    const random = new Random(2)
    for (let round = 0; round < (WHOLE ? 40 : 12); round++) {
      const batchSize = random.pick([1, random.whole(2, 9), random.whole(10, 200)])
      const numClasses = random.pick([random.whole(1, 16), random.whole(17, 700), random.whole(701, 9000)])
      const multiple = random.pick([1, 4])
      const offset = multiple * random.whole(0, 100)
      const rowStride = multiple * Math.ceil((numClasses + random.whole(0, 100)) / multiple)
      const packed = randomLogits(random.pick(LOGITS_KINDS), batchSize, numClasses, random.word())
      // Whatever lies between the rows must not matter.
      const data = new Float32Array(offset + batchSize * rowStride).fill(random.pick([NaN, Infinity]))
      for (let r = 0; r < batchSize; r++)
        data.set(packed.subarray(r * numClasses, (r + 1) * numClasses), offset + r * rowStride)
      const options = {
        batchSize,
        numClasses,
        seed: random.seed(),
        step: random.word(),
        streamOffset: random.pick([0, random.whole(0, 2 ** 31)]),
        numSamples: random.pick([1, random.whole(2, 4)]),
        classOffset: random.pick([0, 8 * random.whole(1, 2 ** 20)]),
        temperature: random.pick(TEMPERATURES),
      }
      await expectCpuDraws(gpu, data, options, { offset, rowStride })
    }
  })

  gpuTest('200,000 draws of one short row, 500 of a long one', async (gpu) => {
    const short = randomLogits('normal', 1, 5, 3)
    await expectCpuDraws(gpu, short, { batchSize: 1, numClasses: 5, seed: 4, numSamples: 200_000 })
    const long = randomLogits('normal', 1, 3001, 5)
    await expectCpuDraws(gpu, long, { batchSize: 1, numClasses: 3001, seed: 6, numSamples: 500 })
  })

  // Adapters differ in whether they flush subnormals: SwiftShader does, lavapipe does not.
  gpuTest('subnormal logits and -0 tie with 0: the first class wins at temperature 0', async ({ sampler }) => {
    const far = new Float32Array(4096).fill(-1e-40, 0, 600)
    for (const logits of [[-1e-40, 1e-40], [-0, 0], [-1e-40, 0, 1e-39], [-1.1754942e-38, 1.1754942e-38], far]) {
      const options = { batchSize: 1, numClasses: logits.length, seed: 1, temperature: 0, scores: true }
      const { indices, scores } = await sampler.sample(Float32Array.from(logits), options)
      expectSame([indices[0], scores![0]], [0, 0], `${logits.slice(0, 3)}`)
    }
  })

  gpuTest('a typed array is a view without offset and stride', async ({ sampler }) => {
    const data = randomLogits('normal', 6, 33, 7)
    const options = { batchSize: 6, numClasses: 33, seed: 8 }
    const bare = await sampler.sample(data, options)
    expectSame(bare.indices, (await cpu.sample(data, options)).indices, 'indices')
    expect(bare.logProbs).toBeUndefined()
    expect(bare.scores).toBeUndefined()
  })
})
