import { type Sampler, createSampler } from 'gumbel-webgpu'
import { describe } from 'vitest'
import { expectClose, expectSame } from '../helpers/compare'
import { gpuTest } from '../helpers/gpu'
import { matrix } from '../helpers/matrix'
import { Random } from '../helpers/random'

const cpu = await createSampler({ backend: 'cpu' })
const LOWEST = -3.4028234663852886e38
const LOGITS = [0, -3.4e38, 3.4e38, 1e30, -1e-40, LOWEST]

/** Rows of which all is masked but one class; a row of nothing else; and one with the lowest number in every third class. */
function maskedRows(numClasses: number) {
  const batchSize = LOGITS.length + 2
  const data = new Float32Array(batchSize * numClasses).fill(-Infinity)
  const indices = new Int32Array(batchSize)
  LOGITS.forEach((logit, row) => {
    indices[row] = [0, numClasses - 1, numClasses >> 1][row % 3]
    data[row * numClasses + indices[row]] = logit
  })
  for (let c = 0; c < numClasses; c += 3) data[(batchSize - 1) * numClasses + c] = LOWEST
  return { batchSize, data, indices }
}

type Result = Record<string, ArrayLike<number> | undefined>

/** What must be the same bits, and what must be near. */
type Call = (sampler: Sampler) => Promise<{ same: Result; near: Result }>

async function compare(name: string, sampler: Sampler, call: Call): Promise<void> {
  const [actual, expected] = [await call(sampler), await call(cpu)]
  for (const key of Object.keys(expected.same)) expectSame(actual.same[key], expected.same[key], `${name}: ${key}`)
  for (const key of Object.keys(expected.near))
    expectClose(actual.near[key], expected.near[key], 2e-5, `${name}: ${key}`)
}

describe.each(matrix({ everywhere: [3, 40_000], whole: [1, 8, 130, 5000] }))(
  'masked rows of %i classes give what the CPU gives',
  (numClasses) => {
    const { batchSize, data, indices } = maskedRows(numClasses)
    const shape = { batchSize, numClasses, seed: 5n, invalidRows: 'mark' } as const
    const random = new Random(6)
    const gradSamples = Float32Array.from(data, () => 2 * random.uniform() - 1)

    for (const temperature of [0, 1e-18, 1, 1e18]) {
      const options = { ...shape, temperature }

      gpuTest(`drawn at temperature ${temperature}`, async ({ sampler }) => {
        await compare('sample', sampler, async (each) => {
          const drawn = await each.sample(data, { ...options, logProbs: true, scores: true })
          return { same: { indices: drawn.indices, scores: drawn.scores }, near: { logProbs: drawn.logProbs } }
        })
        await compare('sample without scores', sampler, async (each) => {
          const drawn = await each.sample(data, { ...options, numSamples: 2, logProbs: true })
          return { same: { indices: drawn.indices }, near: { logProbs: drawn.logProbs } }
        })
        for (const hard of [false, true])
          await compare(hard ? 'hard samples' : 'soft samples', sampler, async (each) => {
            const drawn = await each.gumbelSoftmax(data, { ...options, hard, tau: 0.5, logProbs: true })
            return { same: { indices: drawn.indices }, near: { samples: drawn.samples, logProbs: drawn.logProbs } }
          })
      })

      if (temperature > 0)
        gpuTest(`differentiated, weighed and explained at temperature ${temperature}`, async ({ sampler }) => {
          const soft = { ...options, tau: 0.5 }
          const { samples } = await cpu.gumbelSoftmax(data, soft)
          for (const given of [undefined, samples])
            await compare(given ? 'gradient of samples' : 'gradient', sampler, async (each) => {
              const asked = { ...soft, gradTau: true, gradTemperature: true, samples: given }
              const found = await each.gumbelSoftmaxBackward(gradSamples, data, asked)
              const { gradLogits, gradTau, gradTemperature } = found
              // Of the order of 1 / T.
              const scaled = (values: Float32Array) => Array.from(values, (value) => value * Math.fround(temperature))
              return {
                same: {},
                near: {
                  gradLogits: scaled(gradLogits),
                  gradTau: gradTau,
                  gradTemperature: scaled(gradTemperature!),
                },
              }
            })
          await compare('density', sampler, async (each) => {
            // Relaxed samples that round to 0 are outside the simplex: one that is even stands for the row of many.
            const even = Float32Array.from(samples)
            const first = (batchSize - 1) * numClasses
            for (let c = 0; c < numClasses; c += 3) even[first + c] = 1 / Math.ceil(numClasses / 3)
            return { same: {}, near: { logProbs: await each.concreteLogProb(even, data, soft) } }
          })
          await compare('given index', sampler, async (each) => {
            const { noise } = await each.gumbelGivenIndex(data, indices, options)
            return { same: {}, near: { noise } }
          })
        })
    }
  },
)
