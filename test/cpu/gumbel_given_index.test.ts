import { expect, test } from 'vitest'
import { createSampler } from 'gumbel-webgpu'
import { LOGITS_KINDS, randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'
import { firstMaximum } from '../helpers/reference'
import { kolmogorovSmirnov } from '../helpers/kolmogorov_smirnov'

const gumbelCdf = (x: number) => Math.exp(-Math.exp(-x))

test('the given class always wins, for every kind of logits, also where rounding ties scores', async () => {
  const sampler = await createSampler({ backend: 'cpu' })
  const random = new Random(5)
  for (const kind of LOGITS_KINDS)
    for (const temperature of [1e-3, 0.7, 1, 1e4]) {
      const [batchSize, numClasses, numSamples] = [7, 37, 3]
      const logits = randomLogits(kind, batchSize, numClasses, 21)
      const options = { batchSize, numClasses, numSamples, temperature, seed: 9n }
      const indices = Int32Array.from({ length: batchSize * numSamples }, (_, i) => {
        const row = logits.subarray(Math.floor(i / numSamples) * numClasses)
        for (;;) {
          const c = random.whole(0, numClasses - 1)
          if (row[c] !== -Infinity) return c
        }
      })
      const { noise } = await sampler.gumbelGivenIndex(logits, indices, options)
      indices.forEach((index, i) => {
        const begin = Math.floor(i / numSamples) * numClasses
        const row = logits.subarray(begin, begin + numClasses)
        const mine = noise.subarray(i * numClasses, (i + 1) * numClasses)
        expect(firstMaximum(row, mine, temperature), `${kind} at ${temperature}, draw ${i}`).toBe(index)
      })
    }
})

test('given the drawn index, each class has Gumbel noise, and the maximum has its own distribution', async () => {
  const sampler = await createSampler({ backend: 'cpu' })
  const logits = Float32Array.of(2, 0, -1, 1)
  const options = { batchSize: 1, numClasses: 4, numSamples: 50_000, temperature: 0.8, seed: 77 }
  const { indices } = await sampler.sample(logits, options)
  const { noise } = await sampler.gumbelGivenIndex(logits, indices, options)
  const of = (c: number) => Float64Array.from({ length: options.numSamples }, (_, i) => noise[4 * i + c])
  for (let c = 0; c < 4; c++) expect(kolmogorovSmirnov(of(c), gumbelCdf).p, `class ${c}`).toBeGreaterThan(0.001)

  const location = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit / 0.8), 0))
  const maxima = Float64Array.from(indices, (index, i) => logits[index] / 0.8 + noise[4 * i + index] - location)
  expect(kolmogorovSmirnov(maxima, gumbelCdf).p).toBeGreaterThan(0.001)
  // Power: noise that drew the index is not the posterior's marginal where the index is held fixed, and fails.
  const fixed = await sampler.gumbelGivenIndex(logits, new Int32Array(options.numSamples).fill(1), options)
  const winners = Float64Array.from({ length: options.numSamples }, (_, i) => fixed.noise[4 * i + 1])
  expect(kolmogorovSmirnov(winners, gumbelCdf).p).toBeLessThan(1e-9)
})

test('noise given an index does not depend on the noise that drew it', async () => {
  const sampler = await createSampler({ backend: 'cpu' })
  const options = { batchSize: 1, numClasses: 2, numSamples: 20_000, seed: 3 }
  const logits = Float32Array.of(0, 0)
  const { indices, scores } = await sampler.sample(logits, { ...options, scores: true })
  const { noise } = await sampler.gumbelGivenIndex(logits, indices, options)
  let sum = 0
  indices.forEach((index, i) => (sum += (scores![i] - 1.2703) * (noise[2 * i + index] - 1.2703)))
  // Maxima of two standard Gumbels have variance pi^2 / 6; the mean of the products has deviation 1.645 / sqrt(20000).
  expect(Math.abs(sum / options.numSamples)).toBeLessThan((3.5 * 1.645) / Math.sqrt(options.numSamples))
})

test('a masked given class is told apart, and what cannot be given is refused', async () => {
  const sampler = await createSampler({ backend: 'cpu' })
  const logits = Float32Array.of(0, -Infinity, NaN, 0)
  const options = { batchSize: 2, numClasses: 2, seed: 1 }
  const marked = await sampler.gumbelGivenIndex(logits, Int32Array.of(1, 0), { ...options, invalidRows: 'mark' })
  expect(marked.invalidRows).toEqual([
    { row: 0, reason: 'given-masked' },
    { row: 1, reason: 'nan' },
  ])
  expect(Array.from(marked.noise)).toEqual([0, 0, 0, 0])
  await expect(sampler.gumbelGivenIndex(logits, Int32Array.of(1, 0), options)).rejects.toThrow(
    /row 0 is given -1 or a class/,
  )
  await expect(sampler.gumbelGivenIndex(logits, Int32Array.of(2, 0), options)).rejects.toThrow(
    'indices[0] is 2; it must be a whole number from 0 to 1',
  )
  await expect(sampler.gumbelGivenIndex(logits, Int32Array.of(0), options)).rejects.toThrow(/indices has 1 values/)
  await expect(sampler.gumbelGivenIndex(logits, Int32Array.of(0, 0), { ...options, temperature: 0 })).rejects.toThrow(
    /temperature is 0/,
  )
})
