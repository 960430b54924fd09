/** Rows with top-p and no top-k, of which nobody asks what they keep, are drawn from first, and what is drawn is tested. */
import { type SampleCallOptions, createSampler, sampleSync } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import type { Limits } from '../../src/gpu/plan'
import { expectSame } from '../helpers/compare'
import { type TestGpu, gpuTest, variantsOf } from '../helpers/gpu'
import { type LogitsKind, randomLogits } from '../helpers/logits'
import { matrix } from '../helpers/matrix'
import { Random } from '../helpers/random'

const cpu = await createSampler({ backend: 'cpu' })

type Options = SampleCallOptions & { batchSize: number }

/** Fails unless every plan draws what the CPU does. */
async function expectCpuDraws(
  { device, upload }: TestGpu,
  data: Float32Array<ArrayBuffer>,
  options: Options,
  limits: Partial<Limits> = {},
): Promise<void> {
  const expected = await cpu.sample(data, { ...options, scores: true })
  const buffer = upload(data)
  for (const variant of variantsOf(device)) {
    const sampler = new WebGpuSampler(device, false, { ...variant, ...limits })
    const actual = await sampler.sample({ buffer }, { ...options, scores: true })
    sampler.destroy()
    const what = JSON.stringify({ ...variant, ...limits })
    expectSame(actual.indices, expected.indices, `${what}: indices`)
    expectSame(actual.scores!, expected.scores, `${what}: scores`)
  }
}

/** How often a row of equal logits is drawn from until the class is before `share` of them, each time among those before the last. */
function drawsOf(row: Float32Array, share: number, stream: number, seed: bigint): number {
  let [draws, end] = [0, row.length]
  do {
    end = sampleSync(row, { batchSize: 1, numClasses: end, seed, streams: stream }).indices[0]
    draws++
  } while (end >= share)
  return draws
}

describe('draws of top-p alone are those of the CPU', () => {
  const kinds: LogitsKind[] = ['normal', 'peaked', 'flat', 'masked', 'ties', 'buried', 'huge', 'tiny', 'subnormal']
  for (const kind of kinds)
    gpuTest(`${kind} logits, settings a row`, async (gpu) => {
      const random = new Random(100 + kinds.indexOf(kind))
      for (const numClasses of matrix({ everywhere: [5003], whole: [4096, 20_000] })) {
        const each = <T>(of: () => T) => Array.from({ length: 24 }, of)
        const data = randomLogits(kind, 24, numClasses, random.word())
        await expectCpuDraws(gpu, data, {
          batchSize: 24,
          numClasses,
          seed: random.seed(),
          topK: each(() => random.pick([0, 0, 0, 0, 3, 1000])),
          topP: each(() => random.pick([1, 0, 1e-6, 0.1, 0.5, 0.9, 0.9, 0.99, 1 - 1e-7])),
          minP: each(() => random.pick([0, 0, 0, 1e-10, 0.01, 1])),
          temperature: each(() => random.pick([0, 1e-18, 0.05, 0.8, 1, 1, 30, 1e18])),
        })
      }
    })

  gpuTest('where the class is outside once, twice and more often', async (gpu) => {
    const [batchSize, numClasses, seed] = [48, 4100, 8n]
    const data = randomLogits('flat', batchSize, numClasses, 1)
    const row = data.subarray(0, numClasses)
    const draws = Array.from({ length: batchSize }, (_, r) => drawsOf(row, 0.3 * numClasses, r, seed))
    expect([...new Set(draws)].toSorted()).toEqual(expect.arrayContaining([1, 2, 3, 4]))
    await expectCpuDraws(gpu, data, { batchSize, numClasses, seed, topP: 0.3 })
  })

  // Of 64 equal classes each has a 64th of the mass, but for what others have: half of it ends at the 33rd, and just before or after.
  for (const [others, name] of [
    [-Infinity, 'is the part'],
    [-10, 'is nearer to the part than what was left out'],
    [-20, 'is near the part, and no sum tells'],
  ] as const)
    gpuTest(`where the mass before the class ${name}`, async (gpu) => {
      const [batchSize, numClasses, seed] = [256, 4096, 9n]
      const data = new Float32Array(batchSize * numClasses).fill(others)
      for (let r = 0; r < batchSize; r++) data.fill(0, r * numClasses + 640, r * numClasses + 704)
      const unfiltered = await cpu.sample(data, { batchSize, numClasses, seed })
      expect(unfiltered.indices.filter((index) => index === 672).length).toBeGreaterThan(0)
      for (const topP of matrix({ everywhere: [0.5, 0.5 - 2 ** -24], whole: [0.5 + 2 ** -23, 0.4992, 0.49] }))
        await expectCpuDraws(gpu, data, { batchSize, numClasses, seed, topP })
    })

  gpuTest('where a part of a block is before the class that is outside', async (gpu) => {
    // Half of the mass ends amid 64 equal classes, before which is one of another block.
    const [batchSize, numClasses] = [64, 4096]
    const row = new Float32Array(numClasses).fill(-20).fill(0, 640, 704).fill(1, 3000, 3001)
    const data = new Float32Array(batchSize * numClasses).map((_, i) => row[i % numClasses])
    const options = { batchSize, numClasses, seed: 12n }
    const { indices } = await cpu.sample(data, options)
    expect(indices.filter((index) => index > 672 && index < 704).length).toBeGreaterThan(10)
    await expectCpuDraws(gpu, data, { ...options, topP: 0.5 })
  })

  gpuTest('where few blocks have most of the mass, and what is kept reaches farther', async (gpu) => {
    const [batchSize, numClasses] = [256, 4096]
    const row = new Float32Array(numClasses).fill(-30)
    for (let block = 0; block < 20; block++)
      row.fill(-6, 64 * block, 64 * block + 63).fill(0, 64 * block + 63, 64 * block + 64)
    const data = new Float32Array(batchSize * numClasses).map((_, i) => row[i % numClasses])
    const options = { batchSize, numClasses, seed: 10n, topP: 0.9 }
    const { indices } = await cpu.sample(data, options)
    expect(indices.filter((index) => row[index] === -6).length).toBeGreaterThan(0)
    await expectCpuDraws(gpu, data, options)
  })

  gpuTest('however the work is cut', async (gpu) => {
    const [batchSize, numClasses] = [7, 9000]
    const data = randomLogits('normal', batchSize, numClasses, 2)
    const options = { batchSize, numClasses, seed: 3n, topP: [0.9, 0.5, 1, 0.2, 0.9, 0.7, 0.99], temperature: 2 }
    for (const limits of [{ bindingBytes: 36_352 }, { bindingBytes: 2 ** 17 }, { work: 1 }, { work: 3 * numClasses }])
      await expectCpuDraws(gpu, data, options, limits)
  })

  for (const numClasses of matrix({ everywhere: [151_936], whole: [131_072, 300_001, 2 ** 21] }))
    gpuTest(`a row of ${numClasses} classes in parts`, async (gpu) => {
      for (const kind of ['normal', 'ties', 'flat'] as const) {
        const data = randomLogits(kind, 1, numClasses, 4)
        for (const seed of [1n, 2n, 3n]) await expectCpuDraws(gpu, data, { batchSize: 1, numClasses, seed, topP: 0.6 })
      }
    })
})

gpuTest('rows of top-p alone without a distribution are told', async ({ sampler }) => {
  const [batchSize, numClasses] = [5, 5000]
  const data = randomLogits('normal', batchSize, numClasses, 5)
  data[3] = NaN
  data[numClasses + 4999] = Infinity
  data.fill(-Infinity, 2 * numClasses, 3 * numClasses)
  data[3 * numClasses + 650] = -NaN
  const options = { batchSize, numClasses, seed: 1n, topP: 0.9, invalidRows: 'mark' } as const
  const marked = await sampler.sample(data, options)
  const expected = await cpu.sample(data, options)
  expect(marked.invalidRows).toEqual(expected.invalidRows)
  expect(marked.invalidRows).toHaveLength(4)
  expectSame(marked.indices, expected.indices, 'indices')
})

gpuTest('settings of rows read from buffers decide which are drawn from first', async (gpu) => {
  const { device, sampler, upload, buffer, read } = gpu
  const [batchSize, numClasses] = [8, 6000]
  const data = randomLogits('normal', batchSize, numClasses, 6)
  const topK = [0, 7, 0, 2000, 0, 0, 0, 0]
  const topP = [0.9, 0.9, 1, 0.5, 0.1, 0.9, 0.6, 0.99]
  const temperature = [1, 1, 1, 1, 3, 0, 0.5, 1]
  const indices = buffer(4 * batchSize)
  const encoder = device.createCommandEncoder()
  sampler.encodeSample(encoder, {
    batchSize,
    numClasses,
    seed: 7n,
    logits: { buffer: upload(data) },
    indices: { buffer: indices },
    topK: { buffer: upload(Int32Array.from(topK)) },
    topP: { buffer: upload(Float32Array.from(topP)) },
    temperature: { buffer: upload(Float32Array.from(temperature)) },
  })
  device.queue.submit([encoder.finish()])
  const expected = await cpu.sample(data, { batchSize, numClasses, seed: 7n, topK, topP, temperature })
  expectSame(new Int32Array(await read(indices)), expected.indices, 'indices')
})
