import { type GumbelSoftmaxBackwardCallOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { expectSame } from '../helpers/compare'
import { type LogitsKind, randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'
import {
  type Gradients,
  MIN_NORMAL,
  expectGradients,
  expectWithin,
  givenGradients,
  naiveGradients,
} from '../helpers/soft'

const sampler = await createSampler({ backend: 'cpu' })
const KINDS: LogitsKind[] = ['normal', 'peaked', 'flat', 'masked', 'ties', 'tiny', 'subnormal']

describe('gradients on the CPU', () => {
  test.each(KINDS)('are the analytic ones in float64, added up over draws: %s logits', async (kind) => {
    const random = new Random(50 + KINDS.indexOf(kind))
    for (let round = 0; round < 15; round++) {
      const [batchSize, numSamples] = [random.whole(1, 3), random.whole(1, 3)]
      const numClasses = random.pick([random.whole(1, 9), random.whole(10, 60)])
      const temperature = random.pick([1e-3, 0.05, 0.8, 1, 30, 1e3])
      const tau = random.pick([1e-3, 0.05, 0.5, 1, 10, 1e3])
      const shape = { batchSize, numClasses, numSamples, seed: random.seed(), step: random.word(), classOffset: 16 }
      const options = { ...shape, temperature, tau, gradTau: true, gradTemperature: true }
      const data = randomLogits(kind, batchSize, numClasses, round)
      const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, round + 100)
      const actual = await sampler.gumbelSoftmaxBackward(gradSamples, data, options)

      const rows = Array.from({ length: batchSize }, (_, stream) => {
        const row = data.subarray(stream * numClasses, (stream + 1) * numClasses)
        const draws = Array.from({ length: numSamples }, (_, draw) => {
          const at = (stream * numSamples + draw) * numClasses
          return naiveGradients(gradSamples.subarray(at, at + numClasses), row, { ...options, stream, draw }, tau)
        })
        return added(draws)
      })
      const what = `round ${round}, V ${numClasses}, T ${temperature}, tau ${tau}`
      const logits = rows.flatMap((row) => row.logits)
      expectGradients(actual.gradLogits, logits, numClasses, `${what}: logits`)
      for (const name of ['tau', 'temperature'] as const) {
        const expected = rows.map((row) => row[name])
        const tolerance = (e: number, r: number) => 1e-6 * Math.abs(e) + 1e-9 * rows[r].size[name] + MIN_NORMAL
        expectWithin(actual[name === 'tau' ? 'gradTau' : 'gradTemperature'], expected, tolerance, `${what}: ${name}`)
      }
    }
  })

  test('are the slopes of the samples, by central differences', async () => {
    const [batchSize, numClasses, numSamples] = [4, 5, 3]
    const data = randomLogits('normal', batchSize, numClasses, 1)
    const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 2)
    const options = { batchSize, numClasses, numSamples, seed: 3 }
    const at = { temperature: [0.8, 1, 1.5, 2], tau: [0.5, 1, 2, 0.8] }
    const wanted = { gradTau: true, gradTemperature: true }
    const gradients = await sampler.gumbelSoftmaxBackward(gradSamples, data, { ...options, ...at, ...wanted })
    const loss = async (logits: Float32Array, scales: typeof at) => {
      const { samples } = await sampler.gumbelSoftmax(logits, { ...options, ...scales })
      return samples.reduce((sum, y, i) => sum + y * gradSamples[i], 0)
    }
    /** Exact in float32 beside these values. */
    const h = 2 ** -7
    const changed = <T extends ArrayLike<number>>(values: T, i: number, by: number): T => {
      const copy = (values instanceof Float32Array ? values.slice() : Array.from(values)) as T & number[]
      copy[i] += by
      return copy
    }
    const slope = async (lossAt: (by: number) => Promise<number>) => ((await lossAt(h)) - (await lossAt(-h))) / (2 * h)
    const logits: number[] = []
    for (let i = 0; i < data.length; i++) logits.push(await slope((by) => loss(changed(data, i, by), at)))
    const tau: number[] = []
    const temperature: number[] = []
    for (let r = 0; r < batchSize; r++) {
      tau.push(await slope((by) => loss(data, { ...at, tau: changed(at.tau, r, by) })))
      temperature.push(await slope((by) => loss(data, { ...at, temperature: changed(at.temperature, r, by) })))
    }
    // Differences are off by h^2 / 6 times a third derivative of up to about 50, and by rounding, 1e-6 / h.
    const error = () => 1e-3
    expectWithin(gradients.gradLogits, logits, error, 'logits')
    expectWithin(gradients.gradTau, tau, error, 'tau')
    expectWithin(gradients.gradTemperature, temperature, error, 'temperature')
    const largest = (values: ArrayLike<number>) => Math.max(...Array.from(values, Math.abs))
    for (const each of [logits, tau, temperature]) expect(largest(each)).toBeGreaterThan(0.1)
  })

  test('go straight through hard samples', async () => {
    const options = { batchSize: 6, numClasses: 7, seed: 4, tau: 0.6 }
    const data = randomLogits('normal', 6, 7, 5)
    const gradSamples = randomLogits('normal', 6, 7, 6)
    const soft = await sampler.gumbelSoftmaxBackward(gradSamples, data, options)
    const hard = await sampler.gumbelSoftmaxBackward(gradSamples, data, { ...options, hard: true })
    expectSame(hard.gradLogits, soft.gradLogits, 'gradLogits')
    expect(hard.gradTau).toBeUndefined()
    expect(hard.gradTemperature).toBeUndefined()
  })

  test.each(['normal', 'masked', 'peaked'] as const)('of given samples are those without: %s logits', async (kind) => {
    const [batchSize, numClasses, numSamples] = [8, 50, 3]
    const data = randomLogits(kind, batchSize, numClasses, 8)
    data[numClasses] = NaN
    const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 9)
    const tau = Array.from({ length: batchSize }, (_, r) => [0.1, 0.5, 1, 10][r % 4])
    const shared = { batchSize, numClasses, numSamples, seed: 10, temperature: 0.7, tau, invalidRows: 'mark' } as const
    const options = { ...shared, gradTau: true, gradTemperature: true }
    const { samples } = await sampler.gumbelSoftmax(data, shared)
    const strided = new Float32Array(3 + 60 * batchSize * numSamples)
    for (let draw = 0; draw < batchSize * numSamples; draw++)
      strided.set(samples.subarray(draw * numClasses, (draw + 1) * numClasses), 3 + 60 * draw)
    const expected = await sampler.gumbelSoftmaxBackward(gradSamples, data, options)
    for (const given of [samples, { data: strided, offset: 3, rowStride: 60 }]) {
      const actual = await sampler.gumbelSoftmaxBackward(gradSamples, data, { ...options, samples: given })
      expectGradients(actual.gradLogits, expected.gradLogits, numClasses, 'gradLogits')
      for (const name of ['gradTau', 'gradTemperature'] as const)
        expectWithin(actual[name], expected[name]!, (e) => 1e-4 * Math.abs(e) + 1e-5, name)
      expect(actual.invalidRows).toEqual([{ row: 1, reason: 'nan' }])
    }
  })

  test('of given samples keep their digits where scores that differ so little would be subnormal', async () => {
    const samples = Float32Array.of(0.33333337, 0.33333334, 0.3333333)
    const gradSamples = Float32Array.of(1e-18, -2e-18, 4e-18)
    const options = { batchSize: 1, numClasses: 3, seed: 0, temperature: 1e-18, tau: 1e-18 }
    const data = Float32Array.of(0, 0, 0)
    const { gradTau } = await sampler.gumbelSoftmaxBackward(gradSamples, data, { ...options, samples, gradTau: true })
    const { tau } = givenGradients(gradSamples, samples, data, 1e-18, 1e-18)
    expectWithin(gradTau, [tau], (e) => 1e-6 * Math.abs(e), 'gradTau')
    expect(Math.abs(tau)).toBeGreaterThan(1e-8)
  })

  test('of masked classes and of rows without a distribution are 0', async () => {
    const data = Float32Array.of(1, -Infinity, 2, NaN, 1, 2, -Infinity, -Infinity, -Infinity, 0, 1, Infinity)
    const gradSamples = Float32Array.from({ length: 12 }, (_, i) => i * i)
    const options = { batchSize: 4, numClasses: 3, seed: 7, gradTau: true, gradTemperature: true }
    const marked: GumbelSoftmaxBackwardCallOptions = { ...options, invalidRows: 'mark' }
    const { gradLogits, gradTau, gradTemperature, invalidRows } = await sampler.gumbelSoftmaxBackward(
      gradSamples,
      data,
      marked,
    )
    expect(gradLogits[0]).not.toBe(0)
    expectSame(gradLogits.subarray(1), [0, gradLogits[2], 0, 0, 0, 0, 0, 0, 0, 0, 0], 'gradLogits')
    expectSame(gradTau!.subarray(1), [0, 0, 0], 'gradTau')
    expectSame(gradTemperature!.subarray(1), [0, 0, 0], 'gradTemperature')
    expect(invalidRows).toEqual([
      { row: 1, reason: 'nan' },
      { row: 2, reason: 'all-masked' },
      { row: 3, reason: 'positive-infinity' },
    ])
    await expect(sampler.gumbelSoftmaxBackward(gradSamples, data, options)).rejects.toMatchObject({ rows: invalidRows })
  })

  test.each([
    [{ tau: 0 }, 'tau is 0; it must be from 1e-18 to 1e18'],
    [{ temperature: -0 }, 'temperature is 0; it must be from 1e-18 to 1e18'],
    [{ tau: [1, 0] }, 'tau[1] is 0; it must be from 1e-18 to 1e18'],
    [{ temperature: [0, 1], seed: [1, 2] }, 'temperature[0] is 0; it must be'],
    [{ numSamples: 2 }, 'gradSamples hold 6 elements; offset 0 and 4 rows of 3 at a stride of 3 need 12'],
    [{ invalidRows: 'skip' }, "invalidRows is skip; it must be 'reject' or 'mark'"],
    [
      { samples: new Float32Array(6), hard: true },
      'samples is given with hard: true; one-hot samples have no gradient',
    ],
    [{ samples: new Float32Array(5) }, 'samples hold 5 elements; offset 0 and 2 rows of 3 at a stride of 3 need 6'],
    [{ samples: null }, 'samples is null; it must be a Float32Array, { data: Float32Array } or { buffer: GPUBuffer }'],
    [
      { samples: [1, 2] },
      'samples is [object Array]; it must be a Float32Array, { data: Float32Array } or { buffer: GPUBuffer }',
    ],
    [{ samples: { buffer: {} } }, "samples are in a GPU buffer; backend 'cpu' takes"],
  ])('refuse %o', async (change, message) => {
    const options = { batchSize: 2, numClasses: 3, seed: 1, ...change } as GumbelSoftmaxBackwardCallOptions
    await expect(sampler.gumbelSoftmaxBackward(new Float32Array(6), new Float32Array(6), options)).rejects.toThrow(
      message,
    )
  })
})

function added(draws: readonly Gradients[]): Gradients {
  const sum = (value: (draw: Gradients) => number) => draws.reduce((total, draw) => total + value(draw), 0)
  return {
    logits: draws[0].logits.map((_, c) => sum((draw) => draw.logits[c])),
    tau: sum((draw) => draw.tau),
    temperature: sum((draw) => draw.temperature),
    size: { tau: sum((draw) => draw.size.tau), temperature: sum((draw) => draw.size.temperature) },
  }
}
