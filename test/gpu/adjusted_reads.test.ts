import { type SampleCallOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import { type Controls, bufferOptions, hostOptions, randomControls, wordsOf } from '../helpers/adjusted'
import { expectClose, expectSame } from '../helpers/compare'
import { gpuTest } from '../helpers/gpu'
import { halvesOf } from '../helpers/halves'
import { randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'

const cpu = await createSampler({ backend: 'cpu' })

type Shape = Pick<Controls, 'batchSize' | 'numClasses'>

/** Random rows of those that are named, and of no others. */
function controlsOf(random: Random, shape: Shape, names: readonly ('bias' | 'allowed')[]): Controls {
  const controls: Controls = { ...shape }
  while (names.some((name) => !controls[name])) {
    const { bias, allowed } = randomControls(random, shape)
    if (names.includes('bias') && bias) controls.bias = bias
    if (names.includes('allowed') && allowed) controls.allowed = allowed
  }
  return controls
}

/** Ways to draw, each with kernels of its own that read logits. */
const WAYS: Record<string, Partial<SampleCallOptions>> = {
  'by Gumbel-max': { logProbs: true },
  'under top-k and top-p': { topK: 30, topP: 0.9, kept: true, logProbs: true },
  'under top-p alone': { topP: 0.7 },
  'under min-p': { minP: 0.02, kept: true },
  'without replacement': { replacement: false, topK: 20, logProbs: true },
  'by inverse CDF': { method: 'inverse-cdf', numSamples: 5, topP: 0.9, logProbs: true },
  'with lists': { logProbs: true, topLogProbs: 5 },
  'with raw lists': { logProbs: 'raw', topLogProbs: 5 },
}

/** Rows of vectors of four classes and others, for GPUs and software adapters; the third are drawn from before it is known what top-p keeps. */
const CASES = [
  { numClasses: 37, type: 'float32', adjusted: ['bias', 'allowed'], wide: true },
  { numClasses: 1000, type: 'float32', adjusted: ['bias'], wide: false },
  { numClasses: 4096, type: 'bfloat16', adjusted: ['allowed'], wide: true },
  { numClasses: 5003, type: 'float16', adjusted: ['bias', 'allowed'], wide: false },
] as const

describe('a bias or a bitmask that draws read with the logits', () => {
  for (const [way, options] of Object.entries(WAYS))
    gpuTest(`draws what the CPU draws, ${way}`, async (gpu) => {
      const random = new Random(Object.keys(WAYS).indexOf(way))
      for (const { numClasses, type, adjusted, wide } of CASES) {
        const sampler = new WebGpuSampler(gpu.device, false, { wide })
        const shape = { batchSize: random.whole(1, 6), numClasses }
        const controls = controlsOf(random, shape, adjusted)
        const data =
          type === 'float32'
            ? randomLogits('normal', shape.batchSize, numClasses, 1)
            : halvesOf(type, shape.batchSize * numClasses, 1)
        const all = { ...shape, ...options, seed: random.seed(), invalidRows: 'mark' } as SampleCallOptions & {
          batchSize: number
        }
        const logits = { data, type } as { data: Float32Array }
        const expected = await cpu.sample(logits, { ...all, ...hostOptions(controls) })
        const found = await sampler.sample(logits, { ...all, ...bufferOptions(gpu, controls) })
        for (const name of ['indices', 'keptCounts', 'keptClasses', 'keptLogits', 'topIndices'] as const)
          if (expected[name]) expectSame(found[name]!, expected[name], `${numClasses} classes: ${name}`)
        for (const name of ['logProbs', 'topLogProbs'] as const)
          if (expected[name]) expectClose(found[name]!, expected[name], 1e-4, `${numClasses} classes: ${name}`)
        expect(found.invalidRows, `${numClasses} classes`).toEqual(expected.invalidRows)
        sampler.destroy()
      }
    })

  gpuTest('keeps as much beside a banned last class that would be the largest', async ({ sampler }) => {
    for (const numClasses of [38, 39, 130]) {
      const logits = randomLogits('normal', 1, numClasses, 1)
      logits[numClasses - 1] = 60
      const allowed = Array.from({ length: numClasses }, (_, c) => c < numClasses - 1)
      const options = { numClasses, seed: 1, minP: 0.1, kept: true, bitmask: wordsOf(allowed) } as const
      const [found, expected] = [await sampler.sample(logits, options), await cpu.sample(logits, options)]
      expect(expected.keptCounts?.[0]).toBeGreaterThan(1)
      expectSame(found.keptCounts!, expected.keptCounts!, `${numClasses} classes: keptCounts`)
      expectSame(found.indices, expected.indices, `${numClasses} classes: indices`)
    }
  })

  for (const wide of [true, false])
    gpuTest(
      `says what took the last class of long rows, with plans of ${wide ? 'GPUs' : 'software adapters'}`,
      async (gpu) => {
        const { device, upload, buffer, read } = gpu
        const sampler = new WebGpuSampler(device, false, { wide })
        const numClasses = 20_001
        // The class that is left before the last of them comes, alone among the row's; undefined where there is none.
        const rows = [
          { given: 20_000, biased: undefined, masked: true, status: 10 },
          { given: 9_999, biased: 9_999, masked: true, status: 12 },
          { given: undefined, biased: undefined, masked: true, status: 3 },
          { given: 0, biased: 0, masked: false, status: 0 },
          { given: 17, biased: 17, masked: true, status: 12 },
        ]
        const batchSize = rows.length
        const logits = new Float32Array(batchSize * numClasses).fill(-Infinity)
        const bias = new Float32Array(batchSize * numClasses)
        const words: Int32Array[] = []
        rows.forEach(({ given, biased, masked }, row) => {
          if (given === undefined) logits.fill(-Infinity, row * numClasses, (row + 1) * numClasses)
          else logits[row * numClasses + given] = 1
          if (biased === undefined && given !== undefined) bias[row * numClasses + given] = -Infinity
          words.push(wordsOf(Array.from({ length: numClasses }, (_, c) => !(masked && c === given))))
        })
        const numSamples = 3
        const [indices, statuses] = [0, 1].map(() => ({ buffer: buffer(4 * batchSize * numSamples) }))
        const common = { batchSize, numClasses, numSamples, seed: 1 }
        const bitmask = Int32Array.from(words.flatMap((each) => [...each]))
        const marked = { ...common, bias, bitmask, invalidRows: 'mark' } as const
        const expected = await cpu.sample(logits, marked)
        expect((await sampler.sample(logits, marked)).invalidRows).toEqual(expected.invalidRows)
        const encoder = device.createCommandEncoder()
        const views = {
          logits: { buffer: upload(logits) },
          bias: { buffer: upload(bias) },
          bitmask: { buffer: upload(bitmask) },
        }
        sampler.encodeSample(encoder, { ...common, ...views, indices, statuses })
        device.queue.submit([encoder.finish()])
        const told = rows.flatMap(({ status }) => Array<number>(numSamples).fill(status))
        expectSame(new Int32Array(await read(statuses.buffer)), told, 'statuses')
        sampler.destroy()
      },
    )
})
