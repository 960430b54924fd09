import { type EncodeSampleOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import type { Limits } from '../../src/gpu/plan'
import { type Controls, bufferOptions, hostOptions, randomControls, wordsOf } from '../helpers/adjusted'
import { expectClose, expectSame } from '../helpers/compare'
import { type TestGpu, gpuTest } from '../helpers/gpu'
import { halvesOf } from '../helpers/halves'
import { randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'

const cpu = await createSampler({ backend: 'cpu' })

/** Plans for GPUs and for software adapters, of one dispatch and of many small ones. */
const PLANS: Record<string, Partial<Limits>> = {
  'a GPU': { wide: true },
  'a software adapter': { wide: false },
  'small bindings': { wide: false, bindingBytes: 2 ** 15 },
  'little work': { wide: true, work: 3000 },
}

const STATUSES = {
  nan: 1,
  'positive-infinity': 2,
  'all-masked': 3,
  'bias-bans-all': 10,
  'penalties-ban-all': 11,
  'bitmask-bans-all': 12,
}

/** What one recording writes. */
async function recorded(gpu: TestGpu, options: Omit<EncodeSampleOptions, 'indices'>) {
  const { device, sampler, buffer, read } = gpu
  const draws = options.batchSize * (options.numSamples ?? 1)
  const [indices, scores, logProbs, statuses] = [0, 1, 2, 3].map(() => ({ buffer: buffer(4 * draws) }))
  const encoder = device.createCommandEncoder()
  sampler.encodeSample(encoder, { ...options, indices, scores, logProbs, statuses })
  device.queue.submit([encoder.finish()])
  return {
    indices: new Int32Array(await read(indices.buffer)),
    scores: new Float32Array(await read(scores.buffer)),
    logProbs: new Float32Array(await read(logProbs.buffer)),
    statuses: new Int32Array(await read(statuses.buffer)),
  }
}

describe('bias, penalties and bitmask', () => {
  for (const [plan, limits] of Object.entries(PLANS))
    gpuTest(`draw what the CPU draws, with the plans of ${plan}`, async (gpu) => {
      const forced = new WebGpuSampler(gpu.device, false, limits)
      const random = new Random(Object.keys(PLANS).indexOf(plan))
      for (let round = 0; round < 12; round++) {
        const shape = {
          batchSize: random.whole(1, 12),
          numClasses: random.pick([1, 5, 31, 32, 33, 100, 257, 1000, 3000]),
          classOffset: random.pick([0, 8 * random.whole(0, 1000)]),
          numSamples: random.pick([1, 1, 3]),
        }
        const controls = randomControls(random, shape)
        const logits = randomLogits(
          random.pick(['normal', 'masked', 'subnormal', 'ties']),
          shape.batchSize,
          shape.numClasses,
          round,
        )
        if (random.uniform() < 0.2) logits[random.whole(0, logits.length - 1)] = random.pick([NaN, Infinity])
        const options = {
          ...shape,
          seed: round,
          temperature: random.pick([0, 1, 30]),
          scores: true,
          invalidRows: 'mark',
        } as const
        const given = { ...options, ...hostOptions(controls, random.pick(['bare', 'view'])) }
        const expected = await cpu.sample(logits, { ...given, logProbs: true })
        const where = JSON.stringify({ round, shape })

        const found = await forced.sample(logits, { ...given, logProbs: true })
        expectSame(found.indices, expected.indices, `${where}: indices`)
        expectSame(found.scores, expected.scores, `${where}: scores`)
        expectClose(found.logProbs, expected.logProbs, 1e-4, `${where}: logProbs`)
        expect(found.invalidRows, where).toEqual(expected.invalidRows)
        const alone = await forced.sample(logits, { ...given, scores: false })
        expectSame(alone.indices, expected.indices, `${where}: indices alone`)
        expect(alone.invalidRows, where).toEqual(expected.invalidRows)

        const { scores: _, invalidRows: __, ...others } = options
        const inBuffers = { ...others, ...bufferOptions(gpu, controls), logits: { buffer: gpu.upload(logits) } }
        const written = await recorded({ ...gpu, sampler: forced as never }, inBuffers)
        expectSame(written.indices, expected.indices, `${where}: recorded indices`)
        expectSame(written.scores, expected.scores, `${where}: recorded scores`)
        const statuses = new Int32Array(written.statuses.length)
        for (const { row, reason } of expected.invalidRows)
          statuses.fill(STATUSES[reason as keyof typeof STATUSES], row * shape.numSamples, (row + 1) * shape.numSamples)
        expectSame(written.statuses, statuses, `${where}: statuses`)
      }
      forced.destroy()
    })

  gpuTest('go on from one call to the next, and take rows in buffers in calls too', async (gpu) => {
    const { device, sampler, buffer, read, upload } = gpu
    const random = new Random(7)
    const shape = { batchSize: 5, numClasses: 700 }
    const logits = randomLogits('normal', shape.batchSize, shape.numClasses, 3)
    const encoder = device.createCommandEncoder()
    const written: [Controls, number, GPUBuffer][] = []
    for (let step = 0; step < 6; step++) {
      const controls = randomControls(random, shape, false)
      const expected = await cpu.sample(logits, { ...shape, seed: 1, step, ...hostOptions(controls) })
      const inBuffers = bufferOptions(gpu, controls)
      const found = await sampler.sample({ buffer: upload(logits) }, { ...shape, seed: 1, step, ...inBuffers })
      expectSame(found.indices, expected.indices, `step ${step}`)
      const indices = { buffer: buffer(20) }
      const options = { ...shape, seed: 1, step, ...inBuffers, indices, logits: { buffer: upload(logits) } }
      sampler.encodeSample(encoder, options)
      written.push([controls, step, indices.buffer])
    }
    device.queue.submit([encoder.finish()])
    for (const [controls, step, indices] of written) {
      const expected = await cpu.sample(logits, { ...shape, seed: 1, step, ...hostOptions(controls) })
      expectSame(new Int32Array(await read(indices)), expected.indices, `recorded step ${step}`)
    }
  })

  for (const type of ['float16', 'bfloat16'] as const)
    gpuTest(`change ${type} logits as the float32 numbers that they are`, async ({ sampler, upload }) => {
      const shape = { batchSize: 4, numClasses: 333 }
      const data = halvesOf(type, 4 * 333, 1)
      const random = new Random(type.length)
      for (let round = 0; round < 4; round++) {
        const controls = randomControls(random, shape, false)
        const options = { ...shape, seed: round, scores: true, invalidRows: 'mark', ...hostOptions(controls) } as const
        const expected = await cpu.sample({ data, type }, options)
        const buffer = upload(new Uint32Array(data.buffer))
        for (const logits of [
          { data, type },
          { buffer, type },
        ]) {
          const found = await sampler.sample(logits, options)
          expectSame(found.indices, expected.indices, 'indices')
          expectSame(found.scores, expected.scores, 'scores')
          expect(found.invalidRows).toEqual(expected.invalidRows)
        }
      }
    })

  gpuTest('work on long rows, split between workgroups', async ({ sampler }) => {
    const shape = { batchSize: 2, numClasses: 50_257 }
    const random = new Random(5)
    const logits = randomLogits('peaked', 2, shape.numClasses, 4)
    const allowed = [Array.from({ length: shape.numClasses }, () => random.uniform() < 0.01)]
    const { history } = { history: undefined, ...randomControls(random, shape, false) }
    const bias = [randomLogits('normal', 1, shape.numClasses, 6)]
    const controls = { ...shape, bias, allowed, ...(history ? { history } : {}) }
    const options = { ...shape, seed: 8, scores: true, numSamples: 3, ...hostOptions(controls) }
    const expected = await cpu.sample(logits, options)
    const found = await sampler.sample(logits, options)
    expectSame(found.indices, expected.indices, 'indices')
    expectSame(found.scores, expected.scores, 'scores')
    for (const index of found.indices) expect(allowed[0][index]).toBe(true)
  })

  gpuTest('of shards are combined as those of the whole', async ({ sampler }) => {
    const numClasses = 96
    const logits = randomLogits('normal', 3, numClasses, 5)
    const bias = Float32Array.from({ length: numClasses }, (_, c) => c % 7)
    const bitmask = wordsOf(Array.from({ length: numClasses }, (_, c) => c >= 32 && c % 2 === 0))
    const options = { batchSize: 3, seed: 4, numSamples: 4, partial: true } as const
    for (const first of [0, 32, 64]) {
      const shard = {
        ...options,
        numClasses: 32,
        classOffset: first,
        bias: bias.subarray(first, first + 32),
        bitmask: bitmask.subarray(first / 32, first / 32 + 1),
      }
      const place = { data: logits, offset: first, rowStride: numClasses }
      const [found, expected] = [await sampler.sample(place, shard), await cpu.sample(place, shard)]
      for (const name of ['indices', 'scores', 'remainders', 'maxima', 'statuses'] as const)
        expectSame(found[name], expected[name], `${first}: ${name}`)
      expectSame(found.statuses, Array(12).fill(first === 0 ? 12 : 0), 'statuses')
    }
  })

  gpuTest(
    'and every output at once fit the default limits',
    async (gpu) => {
      const { sampler, upload } = gpu
      const shape = { batchSize: 3, numClasses: 40, numSamples: 2, seed: Uint32Array.of(1, 2, 3) as never }
      const random = new Random(3)
      const controls: Controls = { ...randomControls(random, shape, false), bias: [randomLogits('normal', 1, 40, 1)] }
      controls.allowed = [Array.from({ length: 40 }, (_, c) => c > 3)]
      const logits = randomLogits('normal', 3, 40, 2)
      const options = { ...shape, seed: [1, 2, 3] }
      const expected = await cpu.sample(logits, { ...options, scores: true, ...hostOptions(controls) })
      const written = await recorded(gpu, {
        ...options,
        ...bufferOptions(gpu, controls),
        logits: { buffer: upload(logits) },
      })
      expectSame(written.indices, expected.indices, 'indices')
      expectSame(written.scores, expected.scores, 'scores')
      const { history: _, ...others } = controls
      const partial = { ...options, partial: true, ...hostOptions(others) } as const
      expectSame(
        (await sampler.sample(logits, partial)).indices,
        (await cpu.sample(logits, partial)).indices,
        'partial',
      )
    },
    'plain',
  )

  gpuTest('hide no NaN and no +Infinity, as given or after them', async ({ sampler }) => {
    const [logits, bias] = [new Float32Array(24).fill(1), new Float32Array(24)]
    logits[2] = NaN // Row r has its flaw in class 2.
    logits[6] = Infinity
    bias[6] = -Infinity
    bias[10] = NaN
    logits[14] = bias[14] = 3e38
    logits[18] = -Infinity
    bias[18] = Infinity
    const options = {
      batchSize: 6,
      numClasses: 4,
      seed: 1,
      invalidRows: 'mark',
      bias,
      bitmask: Int32Array.of(0b0011),
      penalties: { tokens: Int32Array.of(-1, -1, -1, -1, -1, 2), presence: -3.4e38, frequency: -3.4e38 },
    } as const
    const reasons = ['nan', 'positive-infinity', 'nan', 'positive-infinity', 'nan', 'positive-infinity']
    const expected = reasons.map((reason, row) => ({ row, reason }))
    for (const each of [sampler, cpu]) {
      expect((await each.sample(logits, options)).invalidRows).toEqual(expected)
      const { penalties: _, bias: __, ...masked } = options
      expect((await each.sample(logits, masked)).invalidRows).toEqual(expected.slice(0, 2))
    }
  })

  gpuTest('name the last that took a class', async ({ sampler }) => {
    // Of the classes: what each row's bias and mask ban, and the tokens whose logit -300 times 1e37 overflows.
    const none = [-1, -1, -1]
    const rows = [
      { biased: [1, 2], tokens: [0, -1, -1], masked: [0, 1], reason: 'penalties-ban-all' },
      { biased: [0, 1, 2], tokens: [0, 1, 2], masked: [0, 1, 2], reason: 'bias-bans-all' },
      { biased: [1], tokens: [2, -1, 2], masked: [0, 2], reason: 'bitmask-bans-all' },
      { biased: [], tokens: none, masked: [0, 1, 2], reason: 'bitmask-bans-all' },
      { biased: [], tokens: none, masked: [0, 1, 2], reason: 'all-masked' },
      { biased: [], tokens: [1, 2, 0], masked: [], reason: 'penalties-ban-all' },
    ]
    const bans = ({ biased }: (typeof rows)[number]) => [0, 1, 2].map((c) => (biased.includes(c) ? -Infinity : 0))
    const options = {
      batchSize: rows.length,
      numClasses: 3,
      seed: 1,
      numSamples: 2,
      invalidRows: 'mark',
      bias: Float32Array.from(rows.flatMap(bans)),
      bitmask: Int32Array.from(rows, ({ masked }) =>
        [0, 1, 2].reduce((word, c) => (masked.includes(c) ? word : word | (1 << c)), 0),
      ),
      penalties: { tokens: Int32Array.from(rows.flatMap(({ tokens }) => tokens)), repetition: 1e37 },
    } as const
    const logits = new Float32Array(18).fill(-300)
    logits.fill(-Infinity, 12, 15)
    const expected = rows.map(({ reason }, row) => ({ row, reason }))
    for (const each of [sampler, cpu]) expect((await each.sample(logits, options)).invalidRows).toEqual(expected)
  })

  gpuTest('clamp lengths that are read on the device', async (gpu) => {
    const { sampler, upload } = gpu
    const tokens = Int32Array.of(0, 1, 2, 0, 1, 2)
    const options = { batchSize: 2, numClasses: 3, seed: 1, scores: true, temperature: 0 }
    const lengths = { buffer: upload(Int32Array.of(-4, 900)) }
    const promptLengths = { buffer: upload(Int32Array.of(5, -9)) }
    const penalties = { tokens, lengths, promptLengths, frequency: 2, presence: 1 }
    const { scores } = await sampler.sample([5, 0, 0, 5, 0, 0], { ...options, penalties })
    expectSame(scores, [5, 2], 'scores')
    await expect(cpu.sample([5, 0, 0, 5, 0, 0], { ...options, penalties })).rejects.toThrow(
      "penalties.lengths are in a GPU buffer; backend 'cpu' takes host memory",
    )
  })

  gpuTest('are compiled ahead', async ({ sampler }) => {
    const penalties = { tokens: { length: 4 }, repetition: 1.1 }
    const shape = { batchSize: 1, numClasses: 40 }
    await sampler.prepare([
      { operation: 'sample', ...shape, bias: {}, bitmask: { rowStride: 0 }, penalties },
      { operation: 'encodeSample', ...shape, bias: {}, bitmask: {}, penalties },
    ])
    await expect(
      sampler.prepare([{ operation: 'sample', ...shape, bitmask: { rowStrid: 0 } as never }]),
    ).rejects.toThrow('bitmask.rowStrid is not known; did you mean rowStride?')
  })

  gpuTest('are refused in host memory where they are recorded, and where buffers are short', async (gpu) => {
    const { device, sampler, upload, buffer } = gpu
    const logits = { buffer: upload(new Float32Array(80)) }
    const good = { batchSize: 2, numClasses: 40, seed: 1, logits, indices: { buffer: buffer(8) } }
    const record = (options: object) => () =>
      sampler.encodeSample(device.createCommandEncoder(), { ...good, ...options })
    const tokens = { buffer: upload(new Int32Array(6)), length: 3 }
    expect(record({ bias: new Float32Array(40) })).toThrow('bias must be { buffer: GPUBuffer } to be recorded')
    expect(record({ bias: { classes: [1], values: [1] } })).toThrow('bias must be { buffer: GPUBuffer } to be recorded')
    expect(record({ bitmask: new Int32Array(2) })).toThrow('bitmask must be { buffer: GPUBuffer } to be recorded')
    expect(record({ penalties: { tokens: new Int32Array(4) } })).toThrow(
      'penalties.tokens must be { buffer: GPUBuffer } to be recorded',
    )
    expect(record({ bitmask: { buffer: buffer(12) } })).toThrow(
      'bitmask hold 3 elements; offset 0 and 2 rows of 2 at a stride of 2 need 4',
    )
    expect(record({ bias: { buffer: buffer(160), offset: 1, rowStride: 0 } })).toThrow(
      'bias hold 40 elements; offset 1 and 2 rows of 40 at a stride of 0 need 41',
    )
    expect(record({ penalties: { tokens: { ...tokens, length: 4 } } })).toThrow('penalties.tokens hold 6 elements')
    expect(record({ penalties: { tokens }, maxima: { buffer: buffer(8) } })).toThrow(
      'penalties is given beside maxima; it must be left out',
    )
    expect(record({ bias: logits, indices: logits })).toThrow('indices.buffer is also read')
  })
})
