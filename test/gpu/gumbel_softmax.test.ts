import { type GumbelSoftmaxOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import { expectClose, expectSame } from '../helpers/compare'
import { type TestGpu, gpuTest, variantsOf } from '../helpers/gpu'
import { kolmogorovSmirnov } from '../helpers/kolmogorov_smirnov'
import { LOGITS_KINDS, TEMPERATURES, randomLogits } from '../helpers/logits'
import { WHOLE, matrix } from '../helpers/matrix'
import { Random } from '../helpers/random'
import { expectSamples, expectWithin, float16Of } from '../helpers/soft'

// Its samples are float64 inside: test/cpu/gumbel_softmax.test.ts.
const cpu = await createSampler({ backend: 'cpu' })
const TAUS = [0, 1e-6, 0.05, 0.5, 1, 10, 1e6]
/** Words that a kernel must leave alone. */
const UNTOUCHED = 0xdeadbeef

/** Fails unless the GPU's samples are the CPU's within rounding, and indices, masks and hard samples exactly. */
async function expectCpuSamples(
  sampler: TestGpu['sampler'],
  data: Float32Array<ArrayBuffer>,
  options: GumbelSoftmaxOptions,
  view: { offset?: number; rowStride?: number } = {},
): Promise<void> {
  const { batchSize, numClasses, numSamples = 1, tau, temperature, hard } = options
  const what = `[${batchSize}, ${numClasses}] x ${numSamples}, T ${temperature}, tau ${tau}${hard ? ', hard' : ''}`
  const logits = { data, ...view }
  const actual = await sampler.gumbelSoftmax(logits, { ...options, logProbs: true })
  const expected = await cpu.gumbelSoftmax(logits, { ...options, logProbs: true })
  expectSame(actual.indices, expected.indices, `${what}: indices`)
  // Other stacks compare both with the CPU's, in other tests.
  if (WHOLE) expectSame(actual.indices, (await sampler.sample(logits, options)).indices, `${what}: indices of sample()`)
  expectClose(actual.logProbs, expected.logProbs, 1e-5, `${what}: logProbs`)
  if (hard) expectSame(actual.samples, expected.samples, `${what}: samples`)
  else expectSamples(actual.samples, expected.samples, `${what}: samples`)
  const rowStride = view.rowStride ?? numClasses
  let wrong = 0
  for (let draw = 0; draw < batchSize * numSamples; draw++) {
    const y = actual.samples.subarray(draw * numClasses, (draw + 1) * numClasses)
    const begin = (view.offset ?? 0) + Math.floor(draw / numSamples) * rowStride
    let sum = 0
    for (let c = 0; c < numClasses; c++) {
      sum += y[c]
      if (data[begin + c] === -Infinity && !Object.is(y[c], 0)) wrong++
    }
    if (!(Math.abs(sum - 1) < 1e-5)) wrong++
  }
  expect(wrong, `${what}: masked classes that are not 0, and rows that do not add up to 1`).toBe(0)
}

describe('GPU samples are CPU samples', () => {
  for (const [batchSize, numClasses] of matrix({
    everywhere: [
      [64, 1000],
      [3, 4097],
      [2, 32_768],
    ],
    whole: [
      [100_000, 10],
      [1, 262_144],
    ],
  }))
    for (const hard of [false, true])
      gpuTest(`[${batchSize}, ${numClasses}]${hard ? ', hard' : ''}`, async ({ sampler }) => {
        const data = randomLogits('normal', batchSize, numClasses, 1)
        await expectCpuSamples(sampler, data, { batchSize, numClasses, seed: 2, temperature: 0.7, tau: 0.5, hard })
      })

  gpuTest('1 to 9 classes, at every temperature and tau', async ({ sampler }) => {
    const random = new Random(1)
    const rows = TEMPERATURES.flatMap((temperature) => TAUS.map((tau) => ({ temperature, tau, seed: random.seed() })))
    const options = {
      batchSize: rows.length,
      temperature: rows.map(({ temperature }) => temperature),
      tau: rows.map(({ tau }) => tau),
      seed: rows.map(({ seed }) => seed),
      streams: rows.map(() => random.word()),
      numSamples: 2,
    }
    for (const numClasses of matrix({ everywhere: [1, 3, 4, 9], whole: [2, 5, 6, 7, 8] }))
      for (const kind of LOGITS_KINDS) {
        const data = randomLogits(kind, rows.length, numClasses, random.word())
        await expectCpuSamples(sampler, data, { ...options, numClasses, hard: numClasses % 4 === 0 })
      }
  })

  gpuTest('random shapes, options, offsets and strides', async ({ sampler }) => {
    const random = new Random(2)
    for (let round = 0; round < (WHOLE ? 16 : 3); round++) {
      const batchSize = random.pick([1, random.whole(2, 9), random.whole(10, 100)])
      const numClasses = random.pick([random.whole(1, 70), random.whole(71, 700), random.whole(701, 6000)])
      const multiple = random.pick([1, 4])
      const offset = multiple * random.whole(0, 100)
      const rowStride = multiple * Math.ceil((numClasses + random.whole(0, 100)) / multiple)
      const packed = randomLogits(random.pick(['normal', 'peaked', 'masked', 'ties']), batchSize, numClasses, round)
      // Whatever lies between the rows must not matter.
      const data = new Float32Array(offset + batchSize * rowStride).fill(NaN)
      for (let r = 0; r < batchSize; r++)
        data.set(packed.subarray(r * numClasses, (r + 1) * numClasses), offset + r * rowStride)
      const options = {
        batchSize,
        numClasses,
        seed: random.seed(),
        step: random.word(),
        classOffset: random.pick([0, 800]),
        numSamples: random.pick([1, 2, 3]),
        temperature: random.pick([0, 0.5, 1, 5]),
        tau: random.pick(TAUS),
        hard: random.uniform() < 0.2,
      }
      await expectCpuSamples(sampler, data, options, { offset, rowStride })
    }
  })

  gpuTest('with subgroups and without, on plans for GPUs and for software adapters', async ({ device }) => {
    for (const variant of variantsOf(device)) {
      const sampler = new WebGpuSampler(device, false, variant)
      for (const [batchSize, numClasses] of [
        [40, 600],
        [2, 9000],
      ])
        for (const hard of [false, true]) {
          const data = randomLogits('normal', batchSize, numClasses, 3)
          await expectCpuSamples(sampler, data, { batchSize, numClasses, seed: 4, tau: 0.8, hard })
        }
      sampler.destroy()
    }
  })

  gpuTest('many rows too long to hold', async ({ sampler }) => {
    const [batchSize, numClasses] = [1030, 4100]
    const block = randomLogits('normal', 1, numClasses + batchSize, 5)
    // Overlapping rows: each begins where the one before has its second class.
    const data = new Float32Array(batchSize * numClasses)
    for (let r = 0; r < batchSize; r++) data.set(block.subarray(r, r + numClasses), r * numClasses)
    const options = { batchSize, numClasses, seed: 6, tau: 0.3 }
    const drawn = await sampler.gumbelSoftmax(data, options)
    for (const row of [0, 1, 511, 512, 1029]) {
      const logits = data.slice(row * numClasses, (row + 1) * numClasses)
      const expected = await cpu.gumbelSoftmax(logits, { ...options, batchSize: 1, streamOffset: row })
      expectSamples(drawn.samples.slice(row * numClasses, (row + 1) * numClasses), expected.samples, `row ${row}`)
      expect(drawn.indices[row]).toBe(expected.indices[0])
    }
  })

  for (const numClasses of matrix({ everywhere: [10, 600], whole: [1, 3, 5000] }))
    gpuTest(`rows without a distribution have samples of 0, V = ${numClasses}`, async ({ sampler }) => {
      const batchSize = 8
      const data = randomLogits('normal', batchSize, numClasses, 7)
      data[numClasses] = NaN
      data[4 * numClasses - 1] = Infinity
      data.fill(-Infinity, 5 * numClasses, 6 * numClasses)
      for (const hard of [false, true]) {
        const options = { batchSize, numClasses, seed: 8, numSamples: 2, hard }
        const marked: GumbelSoftmaxOptions = { ...options, invalidRows: 'mark' }
        const drawn = await sampler.gumbelSoftmax(data, marked)
        const expected = await cpu.gumbelSoftmax(data, marked)
        expectSamples(drawn.samples, expected.samples, 'samples')
        expectSame(drawn.indices, expected.indices, 'indices')
        expect(drawn.invalidRows).toEqual([
          { row: 1, reason: 'nan' },
          { row: 3, reason: 'positive-infinity' },
          { row: 5, reason: 'all-masked' },
        ])
        for (const { row } of drawn.invalidRows) {
          const samples = drawn.samples.subarray(2 * row * numClasses, (2 * row + 2) * numClasses)
          expectSame(samples, new Float32Array(2 * numClasses), `row ${row}`)
        }
        await expect(sampler.gumbelSoftmax(data, options)).rejects.toMatchObject({ rows: drawn.invalidRows })
      }
    })
})

describe('encodeGumbelSoftmax', () => {
  for (const type of ['float32', 'float16'] as const)
    for (const [batchSize, numClasses, offset, gap] of matrix({
      everywhere: [
        [9, 8, 4, 8],
        [2, 4999, 130, 1],
      ],
      whole: [
        [9, 7, 0, 1],
        [5, 101, 6, 11],
      ],
    }))
      for (const hard of [false, true])
        gpuTest(
          `writes ${type} samples, [${batchSize}, ${numClasses}]${hard ? ', hard' : ''}, and nothing else`,
          async (gpu) => {
            const { device, sampler, upload, read } = gpu
            const numSamples = 2
            const draws = batchSize * numSamples
            const data = randomLogits('masked', batchSize, numClasses, 9)
            data[numClasses] = NaN
            const options = {
              batchSize,
              numClasses,
              numSamples,
              seed: 10,
              tau: [0, 1, 0.1, 2, 5, 6, 7, 8, 9].slice(0, batchSize),
              hard,
            }
            const unit = type === 'float16' ? 2 : 1
            const rowStride = numClasses + gap
            const words = Math.ceil((offset + draws * rowStride) / unit)
            const samples = upload(new Uint32Array(words).fill(UNTOUCHED))
            const indices = upload(new Uint32Array(draws + 3).fill(UNTOUCHED))
            const statuses = upload(new Uint32Array(draws).fill(UNTOUCHED))
            const encoder = device.createCommandEncoder()
            sampler.encodeGumbelSoftmax(encoder, {
              ...options,
              logits: { buffer: upload(data) },
              samples: { buffer: samples, type, offset, rowStride },
              indices: { buffer: indices, offset: 3 },
              statuses: { buffer: statuses },
            })
            device.queue.submit([encoder.finish()])

            const expected = await cpu.gumbelSoftmax(data, { ...options, invalidRows: 'mark' })
            const written = new Uint32Array(await read(samples))
            const valueOf = (at: number) =>
              unit === 1 ? float32Of(written[at]) : float16Of(written[at >> 1] >>> (16 * (at & 1)))
            const values = Float32Array.from(expected.samples, (_, i) =>
              valueOf(offset + Math.floor(i / numClasses) * rowStride + (i % numClasses)),
            )
            if (unit === 1) expectSamples(values, expected.samples, 'samples')
            // Conversion to float16 may round either way: an ulp, 2^-24 where it is subnormal.
            else expectWithin(values, expected.samples, (y) => 2 ** -10 * y + 2 ** -24, 'samples')
            for (let at = 0; at < words * unit; at++) {
              const c = (at - offset) % rowStride
              // Halves come in pairs: one past an odd last class is 0.
              const paired = Math.ceil(numClasses / unit) * unit
              if (at >= offset && at < offset + draws * rowStride && c < paired) {
                if (c >= numClasses) expect(valueOf(at)).toBe(0)
              } else expect(written[Math.floor(at / unit)]).toBe(UNTOUCHED)
            }
            const drawn = new Int32Array(await read(indices))
            expectSame(drawn, [...new Int32Array(3).fill(UNTOUCHED | 0), ...expected.indices], 'indices')
            expectSame(
              new Uint32Array(await read(statuses)).subarray(0, 6),
              [0, 0, 1, 1, 0, 0].slice(0, Math.min(6, draws)),
              'statuses',
            )
          },
        )
})

gpuTest('the stride of one row does not matter', async ({ device, sampler, upload, buffer, read }) => {
  const data = randomLogits('normal', 1, 5, 12)
  const options = { batchSize: 1, numClasses: 5, seed: 13 }
  const { samples } = await sampler.gumbelSoftmax(data, options)
  const out = buffer(20)
  const encoder = device.createCommandEncoder()
  sampler.encodeGumbelSoftmax(encoder, {
    ...options,
    logits: { buffer: upload(data), rowStride: 2 ** 40 },
    samples: { buffer: out, rowStride: 2 ** 40 },
  })
  device.queue.submit([encoder.finish()])
  expectSame(new Float32Array(await read(out)), samples, 'samples')
})

describe('two classes', () => {
  const numSamples = 100_000
  const logistic = (x: number) => 1 / (1 + Math.exp(-x))
  for (const tau of [0.1, 0.5, 1, 10])
    gpuTest(`y_1 is sigmoid((l_1 - l_2 + Logistic) / tau), tau = ${tau}`, async ({ sampler }) => {
      const difference = 0.7
      const options = { batchSize: 1, numClasses: 2, numSamples, seed: 11, tau }
      const { samples } = await sampler.gumbelSoftmax(Float32Array.of(1 + difference, 1), options)
      // The logit of y_1 keeps the digits that y_1 near 1 has not; few are past float32's range.
      const logits = Float64Array.from(
        { length: numSamples },
        (_, i) => Math.log(samples[2 * i]) - Math.log(samples[2 * i + 1]),
      )
      expect(kolmogorovSmirnov(logits, (x) => logistic(tau * x - difference)).p).toBeGreaterThan(0.001)
      // Seen at this size: a distance of 0.0062. A tau, or a temperature of the noise, 5 % off makes 0.011; logits 0.05 off, 0.0125.
      expect(kolmogorovSmirnov(logits, (x) => logistic(1.05 * tau * x - difference)).p).toBeLessThan(0.001)
      expect(kolmogorovSmirnov(logits, (x) => logistic(tau * x - difference - 0.05)).p).toBeLessThan(0.001)
    })
})

function float32Of(word: number): number {
  return new Float32Array(Uint32Array.of(word).buffer)[0]
}
