import { type GumbelSoftmaxBackwardCallOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { expectSame } from '../helpers/compare'
import { densityOfLogs } from '../helpers/density'
import { randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'
import { MIN_NORMAL, expectLogs, expectWithin, logRelaxed } from '../helpers/soft'

const sampler = await createSampler({ backend: 'cpu' })

describe('log-samples on the CPU', () => {
  test.each(['normal', 'masked', 'peaked', 'ties'] as const)(
    'are the logarithm of the softmax of scores in float64: %s logits',
    async (kind) => {
      const random = new Random(70)
      for (let round = 0; round < 20; round++) {
        const [batchSize, numSamples, numClasses] = [random.whole(1, 3), random.whole(1, 3), random.whole(1, 100)]
        const [temperature, tau] = [random.pick([0.05, 0.7, 1, 5]), random.pick([1e-6, 0.1, 0.5, 1, 10, 1e6])]
        const shape = { batchSize, numClasses, numSamples, seed: random.seed(), step: random.word(), classOffset: 16 }
        const options = { ...shape, temperature, tau }
        const data = randomLogits(kind, batchSize, numClasses, round)
        const drawn = await sampler.gumbelSoftmax(data, { ...options, logSamples: true })
        const expected = Array.from({ length: batchSize * numSamples }, (_, i) => {
          const stream = Math.floor(i / numSamples)
          const row = data.subarray(stream * numClasses, (stream + 1) * numClasses)
          return logRelaxed(row, { ...options, stream, draw: i % numSamples, tail: 'standard' } as never, tau)
        })
        expectLogs(drawn.logSamples, expected.flat(), `round ${round}, V ${numClasses}, T ${temperature}, tau ${tau}`)
        expect(drawn).not.toHaveProperty('samples')
        expectSame(drawn.indices, (await sampler.sample(data, options)).indices, `round ${round}`)
      }
    },
  )

  test('are -Infinity in masked classes and in rows without a distribution, and finite at the smallest scales', async () => {
    const data = Float32Array.of(1, -Infinity, 2, NaN, 1, 2, -3e38, 3e38, 0)
    const options = { batchSize: 3, numClasses: 3, seed: 1, temperature: 1e-18, tau: 1e-18, logSamples: true } as const
    const { logSamples, indices } = await sampler.gumbelSoftmax(data, { ...options, invalidRows: 'mark' })
    expect([...logSamples].map(Number.isFinite)).toEqual([true, false, true, false, false, false, true, true, true])
    expect([...logSamples].some(Number.isNaN)).toBe(false)
    expect(indices[1]).toBe(-1)
    await expect(sampler.gumbelSoftmax(data, options)).rejects.toMatchObject({ rows: [{ row: 1, reason: 'nan' }] })
  })

  test.each([
    [{ hard: true }, 'hard is true beside logSamples; it must be false'],
    [{ tau: 0 }, 'tau is 0; it must be from 1e-18 to 1e18'],
    [{ temperature: [1, 0] }, 'temperature[1] is 0; it must be from 1e-18 to 1e18'],
    [{ logSamples: 'yes' }, 'logSamples is yes; it must be true or false'],
  ])('refuse %o in each call', async (change, message) => {
    const options = { batchSize: 2, numClasses: 3, seed: 1, logSamples: true, ...change } as never
    const values = new Float32Array(6)
    await expect(sampler.gumbelSoftmax(values, options)).rejects.toThrow(message)
    await expect(sampler.gumbelSoftmaxBackward(values, values, options)).rejects.toThrow(message)
    await expect(sampler.concreteLogProb(values, values, options)).rejects.toThrow(message)
  })
})

describe('gradients of log-samples', () => {
  const [batchSize, numClasses, numSamples] = [3, 5, 2]
  const data = randomLogits('normal', batchSize, numClasses, 71)
  data[6] = -Infinity
  const gradSamples = randomLogits('normal', batchSize * numSamples, numClasses, 72)
  const shape = { batchSize, numClasses, numSamples, seed: 73, logSamples: true } as const
  const at = { temperature: [0.5, 1, 2], tau: [0.5, 1, 0.8] }
  const wanted = { gradTau: true, gradTemperature: true }

  test('are central differences', async () => {
    const gradients = await sampler.gumbelSoftmaxBackward(gradSamples, data, { ...shape, ...at, ...wanted })
    const loss = async (logits: Float32Array, scales: typeof at) => {
      const { logSamples } = await sampler.gumbelSoftmax(logits, { ...shape, ...scales })
      return logSamples.reduce((sum, log, i) => sum + (log === -Infinity ? 0 : log * gradSamples[i]), 0)
    }
    const h = 2 ** -7
    const slope = async (lossAt: (by: number) => Promise<number>) => ((await lossAt(h)) - (await lossAt(-h))) / (2 * h)
    const logits: number[] = []
    const [tau, temperature]: number[][] = [[], []]
    for (let i = 0; i < data.length; i++)
      logits.push(
        await slope((by) =>
          loss(
            data.map((logit, j) => (j === i ? logit + by : logit)),
            at,
          ),
        ),
      )
    const changed = (values: number[], r: number, by: number) =>
      values.map((value, j) => (j === r ? value + by : value))
    for (let r = 0; r < batchSize; r++) {
      tau.push(await slope((by) => loss(data, { ...at, tau: changed(at.tau, r, by) })))
      temperature.push(await slope((by) => loss(data, { ...at, temperature: changed(at.temperature, r, by) })))
    }
    // Differences are off by h^2 / 6 times a third derivative, and by rounding of float32 log-samples, 1e-6 / h.
    const error = (e: number) => 3e-3 + 1e-3 * Math.abs(e)
    expectWithin(gradients.gradLogits, logits, error, 'logits')
    expectWithin(gradients.gradTau, tau, error, 'tau')
    expectWithin(gradients.gradTemperature, temperature, error, 'temperature')
    for (const each of [logits, tau, temperature]) expect(Math.max(...each.map(Math.abs))).toBeGreaterThan(0.1)
    expect(gradients.gradLogits[6]).toBe(0)
  })

  test('are those of given log-samples', async () => {
    for (const tau of [0.01, 0.5, 1, 10]) {
      const options = { ...shape, tau, ...wanted }
      const { logSamples } = await sampler.gumbelSoftmax(data, { ...shape, tau })
      const expected = await sampler.gumbelSoftmaxBackward(gradSamples, data, options)
      const actual = await sampler.gumbelSoftmaxBackward(gradSamples, data, { ...options, samples: logSamples })
      for (const name of ['gradLogits', 'gradTau', 'gradTemperature'] as const) {
        const largest = Math.max(...Array.from(expected[name]!, Math.abs))
        expectWithin(actual[name], expected[name]!, () => 2e-6 * Math.max(1, tau) * largest, `${name}, tau ${tau}`)
      }
    }
  })

  test('refuse log-samples that cannot be', async () => {
    const { logSamples } = await sampler.gumbelSoftmax(data, shape)
    const changed: [number, number, string][] = [
      [0, NaN, 'samples-nan'],
      [0, 0.1, 'samples-outside-simplex'],
      [0, -Infinity, 'samples-outside-simplex'],
      [11, -1, 'samples-outside-simplex'], // of a masked class
    ]
    for (const [i, value, reason] of changed) {
      const samples = logSamples.map((log, j) => (j === i ? value : log))
      const options: GumbelSoftmaxBackwardCallOptions = { ...shape, samples }
      await expect(sampler.gumbelSoftmaxBackward(gradSamples, data, options)).rejects.toMatchObject({
        rows: [{ row: Math.floor(i / 10), reason }],
      })
    }
    const samples = logSamples.fill(-88, 0, 5)
    await expect(sampler.gumbelSoftmaxBackward(gradSamples, data, { ...shape, samples })).rejects.toThrow('row 0')
  })
})

describe('the density at log-samples', () => {
  test('is the documented formula in float64', async () => {
    const random = new Random(74)
    for (let round = 0; round < 40; round++) {
      const [batchSize, numSamples, numClasses] = [random.whole(1, 3), random.whole(1, 3), random.whole(2, 300)]
      const [temperature, tau] = [random.pick([0.3, 1, 5]), random.pick([0.01, 0.3, 1, 10])]
      const data = randomLogits(random.pick(['normal', 'flat', 'masked']), batchSize, numClasses, round)
      const options = { batchSize, numClasses, numSamples, temperature, tau, logSamples: true } as const
      const { logSamples } = await sampler.gumbelSoftmax(data, { ...options, seed: round })
      const expected = Array.from({ length: batchSize * numSamples }, (_, i) => {
        const begin = Math.floor(i / numSamples) * numClasses
        const logs = logSamples.subarray(i * numClasses, (i + 1) * numClasses)
        return densityOfLogs(logs, data.subarray(begin, begin + numClasses), temperature, tau)
      })
      const tolerance = (e: number, i: number) => 1e-7 * Math.abs(e) + 1e-12 * expected[i].size
      const logProbs = expected.map(({ logProb }) => logProb)
      expectWithin(await sampler.concreteLogProb(logSamples, data, options), logProbs, tolerance, `round ${round}`)
    }
  })

  test('is finite where float32 samples underflow: 1,000 classes at tau 0.1', async () => {
    const data = randomLogits('normal', 200, 1000, 75)
    const options = { batchSize: 200, numClasses: 1000, tau: 0.1 }
    const { logSamples } = await sampler.gumbelSoftmax(data, { ...options, seed: 76, logSamples: true })
    const logProbs = await sampler.concreteLogProb(logSamples, data, { ...options, logSamples: true })
    expect(logProbs.filter(Number.isFinite)).toHaveLength(200)
    const { samples } = await sampler.gumbelSoftmax(data, { ...options, seed: 76 })
    const outside = (await sampler.concreteLogProb(samples, data, options)).filter((each) => each === -Infinity)
    expect(outside.length).toBeGreaterThan(100)
    expect(samples.some((y) => y < MIN_NORMAL)).toBe(true)
  })

  test('is -Infinity outside the simplex, NaN where a value is, and leaves masked classes out', async () => {
    const of = async (y: number[], logits: number[], more: object = {}) =>
      (
        await sampler.concreteLogProb(Float32Array.from(y, Math.log), Float32Array.from(logits), {
          batchSize: 1,
          numClasses: y.length,
          logSamples: true,
          ...more,
        })
      )[0]
    expect(await of([0, 0.5, 0.5], [0, 1, 2])).toBe(-Infinity)
    expect(await of([0.3, 0.3, 0.3], [0, 1, 2])).toBe(-Infinity)
    expect(await of([1.1, 0.1, 0.1], [0, 1, 2])).toBe(-Infinity)
    expect(await of([0.1, 0.5, 0.4], [0, -Infinity, 2])).toBe(-Infinity)
    expect(await of([-1, 0.5, 0.5], [0, 1, 2], { invalidRows: 'mark' })).toBeNaN()
    expect(await of([0.1, 0, 0.9], [0, -Infinity, 2])).toBe(await of([0.1, 0.9], [0, 2]))
  })
})
