import {
  type EncodeGumbelSoftmaxBackwardOptions,
  type GumbelSoftmaxBackwardCallOptions,
  type GumbelSoftmaxOptions,
  type Values,
  createSampler,
} from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import { expectSame } from '../helpers/compare'
import { type TestGpu, gpuTest, variantsOf } from '../helpers/gpu'
import { TEMPERATURES, randomLogits } from '../helpers/logits'
import { WHOLE, matrix } from '../helpers/matrix'
import { Random } from '../helpers/random'
import { MIN_NORMAL, expectGradients, expectWithin, givenGradients } from '../helpers/soft'

type Options = Omit<GumbelSoftmaxBackwardCallOptions, 'logSamples'> & GumbelSoftmaxOptions

// It is float64 inside: test/cpu/gumbel_softmax_backward.test.ts.
const cpu = await createSampler({ backend: 'cpu' })
/** Words that a kernel must leave alone. */
const UNTOUCHED = 0xdeadbeef
const WANTED = { gradTau: true, gradTemperature: true }

type Rows = { data: Float32Array<ArrayBuffer>; offset?: number; rowStride?: number }

/** Fails unless the GPU's gradients, of given samples or without, are the CPU's without: within 1e-4, relatively, or 1e-6 of a row's largest, or 1e-5 of what cancels. */
async function expectCpuGradients(
  sampler: TestGpu['sampler'],
  gradSamples: Rows,
  logits: Rows,
  options: Options,
  samples?: Values,
): Promise<void> {
  const { batchSize, numClasses, numSamples = 1, tau, temperature } = options
  const what = `[${batchSize}, ${numClasses}] x ${numSamples}, T ${temperature}, tau ${tau}`
  const actual = await sampler.gumbelSoftmaxBackward(gradSamples, logits, { ...options, ...WANTED, samples })
  const expected = await cpu.gumbelSoftmaxBackward(gradSamples, logits, { ...options, ...WANTED })
  expectGradients(actual.gradLogits, expected.gradLogits, numClasses, `${what}: logits`)
  expect(actual.invalidRows).toEqual(expected.invalidRows)
  const sizes = await sizesOf(gradSamples, logits, options)
  for (const name of ['gradTau', 'gradTemperature'] as const)
    expectWithin(
      actual[name],
      expected[name]!,
      (e, r) => 1e-4 * Math.abs(e) + 1e-5 * sizes[name][r],
      `${what}: ${name}`,
    )
  let wrong = 0
  expected.gradLogits.forEach((_, i) => {
    const at = (logits.offset ?? 0) + Math.floor(i / numClasses) * (logits.rowStride ?? numClasses) + (i % numClasses)
    if (logits.data[at] === -Infinity && !Object.is(actual.gradLogits[i], 0)) wrong++
  })
  expect(wrong, `${what}: masked classes whose gradient is not 0`).toBe(0)
}

/** Rows with something between them that must not matter. */
function spread(packed: Float32Array, numClasses: number, offset: number, gap: number): Rows {
  const rowStride = numClasses + gap
  const rows = packed.length / numClasses
  const data = new Float32Array(offset + rows * rowStride).fill(NaN)
  for (let r = 0; r < rows; r++) data.set(packed.subarray(r * numClasses, (r + 1) * numClasses), offset + r * rowStride)
  return { data, offset, rowStride }
}

/** What gradients of tau and temperature would be, up to rounding, if nothing cancelled. */
async function sizesOf(gradSamples: Rows, logits: Rows, options: Options) {
  const { batchSize, numClasses, numSamples = 1 } = options
  const { samples } = await cpu.gumbelSoftmax(logits, { ...options, hard: false })
  const sizes = { gradTau: new Float64Array(batchSize), gradTemperature: new Float64Array(batchSize) }
  const at = (values: number | ArrayLike<number> = 1, r: number) => (typeof values === 'number' ? values : values[r])
  for (let draw = 0; draw < batchSize * numSamples; draw++) {
    const r = Math.floor(draw / numSamples)
    const [tau, temperature] = [at(options.tau, r), at(options.temperature, r)]
    const y = samples.subarray(draw * numClasses, (draw + 1) * numClasses)
    const valueAt = (c: number) =>
      gradSamples.data[(gradSamples.offset ?? 0) + draw * (gradSamples.rowStride ?? numClasses) + c]
    const logitAt = (c: number) => logits.data[(logits.offset ?? 0) + r * (logits.rowStride ?? numClasses) + c]
    let best = 0
    for (let c = 1; c < numClasses; c++) if (y[c] > y[best]) best = c
    let mean = 0
    for (let c = 0; c < numClasses; c++) if (y[c] > 0) mean += y[c] * (valueAt(c) - valueAt(best))
    for (let c = 0; c < numClasses; c++) {
      if (y[c] === 0) continue
      const d = Math.abs(y[c] * (valueAt(c) - valueAt(best) - mean))
      sizes.gradTau[r] += (d * Math.abs(Math.log(y[c] / y[best]))) / tau
      sizes.gradTemperature[r] += (d * Math.abs(logitAt(c) - logitAt(best))) / tau / temperature / temperature
    }
  }
  return sizes
}

describe('GPU gradients are CPU gradients', () => {
  for (const [batchSize, numClasses, numSamples, what] of matrix({
    everywhere: [
      [64, 1000, 1, 'rows of many lanes'],
      [30, 257, 3, 'draws added up in place'],
      [3, 4097, 1, 'rows just too long to hold'],
      [2, 32_769, 3, 'long rows in parts, with more than one draw'],
      [1, 10, 1000, 'draws of a short row, shared'],
      [3, 300, 100, 'draws of rows of many lanes, shared'],
    ],
    whole: [
      [100_000, 10, 1, 'short rows'],
      [20, 4100, 1, 'rows too long to hold'],
      [20, 4100, 2, 'rows too long to hold, with more than one draw'],
      [2, 32_768, 1, 'long rows in parts'],
      [1, 262_144, 1, 'one very long row'],
      [1, 4200, 40, 'draws of a row too long to hold, shared'],
    ],
  }))
    gpuTest(`[${batchSize}, ${numClasses}] x ${numSamples}: ${what}`, async ({ sampler }) => {
      const data = randomLogits('normal', batchSize, numClasses, 1)
      const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 2)
      const options = { batchSize, numClasses, numSamples, seed: 3, temperature: 0.7, tau: 0.4 }
      await expectCpuGradients(sampler, { data: gradSamples }, { data }, options)
    })

  gpuTest('1 to 9 classes, at every temperature and many taus', async ({ sampler }) => {
    const random = new Random(1)
    const temperatures = TEMPERATURES.filter((temperature) => temperature > 0)
    const taus = [1e-6, 1e-3, 0.1, 1, 10, 1e6]
    const rows = temperatures.flatMap((temperature) => taus.map((tau) => ({ temperature, tau, seed: random.seed() })))
    const options = {
      batchSize: rows.length,
      temperature: rows.map(({ temperature }) => temperature),
      tau: rows.map(({ tau }) => tau),
      seed: rows.map(({ seed }) => seed),
      streams: rows.map(() => random.word()),
      numSamples: 2,
    }
    for (const numClasses of matrix({ everywhere: [1, 2, 4, 9], whole: [3, 5, 6, 7, 8] }))
      for (const kind of ['normal', 'masked', 'ties', 'tiny'] as const) {
        const data = randomLogits(kind, rows.length, numClasses, random.word())
        const gradSamples = randomLogits('normal', 2 * rows.length, numClasses, random.word())
        const gpuOnes = await sampler.gumbelSoftmaxBackward(gradSamples, data, { ...options, ...WANTED, numClasses })
        const cpuOnes = await cpu.gumbelSoftmaxBackward(gradSamples, data, { ...options, ...WANTED, numClasses })
        // Where y is below the least normal number it may be 0.
        const underflow = (r: number) => (100 * MIN_NORMAL) / rows[r].temperature / rows[r].tau
        expectGradients(gpuOnes.gradLogits, cpuOnes.gradLogits, numClasses, `V ${numClasses}, ${kind}`, underflow)
        expect([...gpuOnes.gradTau!, ...gpuOnes.gradTemperature!].filter(Number.isNaN)).toEqual([])
      }
  })

  gpuTest('random shapes, options, offsets and strides', async ({ sampler }) => {
    const random = new Random(2)
    for (let round = 0; round < (WHOLE ? 8 : 2); round++) {
      const batchSize = random.pick([1, random.whole(2, 9), random.whole(10, 60)])
      const numClasses = random.pick([random.whole(1, 70), random.whole(71, 700), random.whole(701, 6000)])
      const numSamples = random.pick([1, 2, 3])
      // Whatever lies between the rows must not matter.
      const strided = (rows: number, kind: 'normal' | 'peaked' | 'masked' | 'ties'): Rows => {
        const multiple = random.pick([1, 4])
        const offset = multiple * random.whole(0, 100)
        const gap = multiple * Math.ceil((numClasses + random.whole(0, 100)) / multiple) - numClasses
        return spread(randomLogits(kind, rows, numClasses, random.word()), numClasses, offset, gap)
      }
      const logits = strided(batchSize, random.pick(['normal', 'peaked', 'masked', 'ties']))
      const options = {
        batchSize,
        numClasses,
        seed: random.seed(),
        step: random.word(),
        classOffset: random.pick([0, 800]),
        numSamples,
        temperature: random.pick([0.05, 0.5, 1, 5]),
        tau: random.pick([0.1, 0.5, 1, 10]),
        hard: random.uniform() < 0.5,
      }
      await expectCpuGradients(sampler, strided(batchSize * numSamples, 'normal'), logits, options)
    }
  })

  gpuTest('with subgroups and without, on plans for GPUs and for software adapters', async ({ device }) => {
    for (const variant of variantsOf(device)) {
      const sampler = new WebGpuSampler(device, false, variant)
      for (const [batchSize, numClasses, numSamples] of [
        [40, 600, 2],
        [2, 9000, 2],
      ]) {
        const data = randomLogits('normal', batchSize, numClasses, 4)
        const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 5)
        const options = { batchSize, numClasses, numSamples, seed: 6, tau: 0.8 }
        await expectCpuGradients(sampler, { data: gradSamples }, { data }, options)
      }
      sampler.destroy()
    }
  })

  for (const [numClasses, numSamples] of matrix({
    everywhere: [
      [10, 40],
      [5000, 1],
    ],
    whole: [
      [1, 1],
      [10, 1],
      [600, 2],
    ],
  }))
    gpuTest(
      `rows without a distribution have gradients of 0, V = ${numClasses}, ${numSamples} draws`,
      async ({ sampler }) => {
        const batchSize = 8
        const data = randomLogits('normal', batchSize, numClasses, 7)
        data[numClasses] = NaN
        data[4 * numClasses - 1] = Infinity
        data.fill(-Infinity, 5 * numClasses, 6 * numClasses)
        const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 8)
        const options = { batchSize, numClasses, numSamples, seed: 9 }
        const marked: Options = { ...options, invalidRows: 'mark' }
        await expectCpuGradients(sampler, { data: gradSamples }, { data }, marked)
        // With all results, so that each call has the same kernels.
        const { gradLogits, gradTau, invalidRows } = await sampler.gumbelSoftmaxBackward(gradSamples, data, {
          ...marked,
          ...WANTED,
        })
        expect(invalidRows).toEqual([
          { row: 1, reason: 'nan' },
          { row: 3, reason: 'positive-infinity' },
          { row: 5, reason: 'all-masked' },
        ])
        for (const { row } of invalidRows) {
          const gradients = gradLogits.subarray(row * numClasses, (row + 1) * numClasses)
          expectWithin(gradients, new Float32Array(numClasses), () => 0, `row ${row}`)
          expect(Math.abs(gradTau![row])).toBe(0)
        }
        const rejected = sampler.gumbelSoftmaxBackward(gradSamples, data, { ...options, ...WANTED })
        await expect(rejected).rejects.toMatchObject({ rows: invalidRows })
      },
    )

  gpuTest('of temperatures and taus that are far apart, but whose product is not', async ({ sampler }) => {
    const logits = { data: Float32Array.of(0, 1e-21, 2e-21, 0, 1e19, 2e19) }
    const scales = { temperature: [1e-18, 1e18], tau: [1e18, 10] }
    const options = { batchSize: 2, numClasses: 3, seed: 0, ...scales }
    const gradSamples = { data: Float32Array.of(1, 0, 0, 1e19, 0, 0) }
    const { samples } = await cpu.gumbelSoftmax(logits, options)
    await expectCpuGradients(sampler, gradSamples, logits, options)
    const given = { ...options, samples, gradTemperature: true }
    const [one, other] = [sampler, cpu].map((each) => each.gumbelSoftmaxBackward(gradSamples, logits, given))
    const expected = (await other).gradTemperature!
    expectWithin((await one).gradTemperature, expected, (e) => 1e-4 * Math.abs(e), 'of given samples')
    expect(expected.every((each) => Math.abs(each) > 1e-5)).toBe(true)
  })

  gpuTest('from GPU buffers, and from one of each', async ({ sampler, upload }) => {
    const [batchSize, numClasses] = [5, 77]
    const data = randomLogits('normal', batchSize, numClasses, 10)
    const gradSamples = randomLogits('normal', batchSize, numClasses, 11)
    const options = { batchSize, numClasses, seed: 12 }
    const expected = await sampler.gumbelSoftmaxBackward(gradSamples, data, options)
    const buffers = { data: { buffer: upload(data) }, gradSamples: { buffer: upload(gradSamples) } }
    for (const [g, l] of [
      [buffers.gradSamples, buffers.data],
      [gradSamples, buffers.data],
      [buffers.gradSamples, data],
    ] as const)
      expectSame((await sampler.gumbelSoftmaxBackward(g, l, options)).gradLogits, expected.gradLogits, 'gradLogits')
  })
})

describe('GPU gradients of given samples are those without', () => {
  for (const [batchSize, numClasses, numSamples, kind] of matrix({
    everywhere: [
      [8, 1000, 3, 'masked'],
      [1, 9000, 1, 'normal'],
    ],
    whole: [
      [8, 10, 100, 'normal'],
      [40, 1, 1, 'normal'],
      [40, 10, 3, 'masked'],
      [8, 1001, 1, 'normal'],
      [4, 9000, 3, 'peaked'],
    ],
  }))
    gpuTest(`[${batchSize}, ${numClasses}] x ${numSamples}, ${kind} logits`, async ({ device }) => {
      const data = randomLogits(kind, batchSize, numClasses, 16)
      const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 17)
      const tau = Array.from({ length: batchSize }, (_, r) => [0.1, 0.5, 1, 10][r % 4])
      const options = { batchSize, numClasses, numSamples, seed: 18, temperature: 0.7, tau }
      for (const variant of variantsOf(device)) {
        const sampler = new WebGpuSampler(device, false, variant)
        const { samples } = await sampler.gumbelSoftmax(data, options)
        await expectCpuGradients(sampler, { data: gradSamples }, { data }, options, samples)
        sampler.destroy()
      }
    })

  for (const numClasses of matrix({ everywhere: [3, 260], whole: [1001] }))
    gpuTest(
      `of samples that are all but equal too, as far as these have digits, V = ${numClasses}`,
      async ({ sampler }) => {
        const tau = [1, 10, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e18]
        const batchSize = tau.length
        const data = randomLogits('normal', batchSize, numClasses, 30)
        const gradSamples = randomLogits('normal', batchSize, numClasses, 31)
        const options = { batchSize, numClasses, seed: 32, tau }
        const { samples } = await cpu.gumbelSoftmax(data, options)
        for (const each of [sampler, cpu]) {
          const actual = await each.gumbelSoftmaxBackward(gradSamples, data, { ...options, ...WANTED, samples })
          for (let r = 0; r < batchSize; r++) {
            const rowOf = (values: Float32Array) => values.subarray(r * numClasses, (r + 1) * numClasses)
            const expected = givenGradients(rowOf(gradSamples), rowOf(samples), rowOf(data), 1, tau[r])
            const what = `${each.backend}, tau ${tau[r]}`
            // 1e-5 of what is added up: where all samples are equal, exactly 0.
            for (const [name, key] of [
              ['gradTau', 'tau'],
              ['gradTemperature', 'temperature'],
            ] as const)
              expectWithin(
                actual[name]!.subarray(r, r + 1),
                [expected[key]],
                () => 1e-5 * expected.size[key],
                `${what}: ${name}`,
              )
          }
        }
      },
    )

  gpuTest('at any offset and stride, from host memory and from GPU buffers', async ({ sampler, upload }) => {
    for (const [numClasses, offset, gap] of matrix({
      everywhere: [
        [10, 3, 1],
        [12, 8, 4],
      ],
      whole: [
        [12, 4, 1],
        [1001, 65, 7],
      ],
    })) {
      const [batchSize, numSamples] = [5, 2]
      const options = { batchSize, numClasses, numSamples, seed: 19, tau: 0.5 }
      const data = randomLogits('masked', batchSize, numClasses, 20)
      const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 21)
      const packed = (await sampler.gumbelSoftmax(data, options)).samples
      const samples = spread(packed, numClasses, offset, gap)
      const inBuffer = { buffer: upload(samples.data), offset, rowStride: samples.rowStride }
      const logits = spread(data, numClasses, 4 + offset, 2 * gap)
      for (const given of [samples, inBuffer])
        await expectCpuGradients(sampler, spread(gradSamples, numClasses, 5, 3), logits, options, given)
    }
  })

  gpuTest('and 0 in rows without a distribution', async ({ sampler }) => {
    const [batchSize, numClasses, numSamples] = [6, 300, 2]
    const data = randomLogits('normal', batchSize, numClasses, 22)
    data[numClasses] = NaN
    data[4 * numClasses - 1] = Infinity
    data.fill(-Infinity, 5 * numClasses)
    const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 23)
    const options: Options = { batchSize, numClasses, numSamples, seed: 24 }
    const { samples } = await sampler.gumbelSoftmax(data, { ...options, invalidRows: 'mark' })
    const marked: Options = { ...options, invalidRows: 'mark' }
    await expectCpuGradients(sampler, { data: gradSamples }, { data }, marked, samples)
    await expect(sampler.gumbelSoftmaxBackward(gradSamples, data, { ...options, samples })).rejects.toMatchObject({
      rows: [
        { row: 1, reason: 'nan' },
        { row: 3, reason: 'positive-infinity' },
        { row: 5, reason: 'all-masked' },
      ],
    })
  })

  gpuTest('in one encoder with the samples themselves', async ({ device, sampler, buffer, upload, read }) => {
    const [batchSize, numClasses] = [7, 100]
    const data = randomLogits('normal', batchSize, numClasses, 25)
    const gradSamples = randomLogits('normal', batchSize, numClasses, 26)
    const options = { batchSize, numClasses, seed: 27, tau: 0.5 }
    const common = { ...options, logits: { buffer: upload(data) } }
    const [samples, gradLogits] = [0, 1].map(() => ({ buffer: buffer(data.byteLength) }))
    const encoder = device.createCommandEncoder()
    sampler.encodeGumbelSoftmax(encoder, { ...common, samples })
    const given = { ...common, samples, gradSamples: { buffer: upload(gradSamples) }, gradLogits }
    sampler.encodeGumbelSoftmaxBackward(encoder, given)
    device.queue.submit([encoder.finish()])
    const expected = await cpu.gumbelSoftmaxBackward(gradSamples, data, options)
    const actual = new Float32Array(await read(gradLogits.buffer))
    expectGradients(actual, expected.gradLogits, numClasses, 'gradLogits')
  })
})

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
