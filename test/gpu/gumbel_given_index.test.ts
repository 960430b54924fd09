import { createSampler } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { expectClose, expectSame } from '../helpers/compare'
import { gpuTest } from '../helpers/gpu'
import { LOGITS_KINDS, randomLogits } from '../helpers/logits'
import { firstMaximum } from '../helpers/reference'
import { Random } from '../helpers/random'

function givenClasses(logits: Float32Array, rows: number, numClasses: number, numSamples: number): Int32Array {
  const random = new Random(17)
  return Int32Array.from({ length: rows * numSamples }, (_, i) => {
    const begin = Math.floor(i / numSamples) * numClasses
    for (;;) {
      const c = random.whole(0, numClasses - 1)
      if (logits[begin + c] !== -Infinity) return c
    }
  })
}

for (const [batchSize, numClasses, numSamples] of [
  [300, 3, 2],
  [40, 100, 1],
  [5, 1001, 2],
  [2, 20000, 1],
])
  gpuTest(
    `the given class wins, and the CPU gives the same noise, [${batchSize}, ${numClasses}]`,
    async ({ sampler }) => {
      const cpu = await createSampler({ backend: 'cpu' })
      for (const kind of LOGITS_KINDS) {
        const temperature = 0.7
        const logits = randomLogits(kind, batchSize, numClasses, 31)
        const indices = givenClasses(logits, batchSize, numClasses, numSamples)
        const options = { batchSize, numClasses, numSamples, temperature, seed: 4n, step: 2 }
        const { noise } = await sampler.gumbelGivenIndex(logits, indices, options)
        const expected = await cpu.gumbelGivenIndex(logits, indices, options)
        indices.forEach((index, i) => {
          const begin = Math.floor(i / numSamples) * numClasses
          const row = logits.subarray(begin, begin + numClasses)
          const mine = noise.subarray(i * numClasses, (i + 1) * numClasses)
          expect(firstMaximum(row, mine, temperature), `${kind}, draw ${i}`).toBe(index)
        })
        if (kind !== 'huge' && kind !== 'buried') expectClose(noise, expected.noise, 2e-5, kind)
      }
    },
  )

gpuTest(
  'recorded into an encoder, from a buffer of indices, it is the same',
  async ({ device, sampler, upload, buffer, read }) => {
    const [batchSize, numClasses] = [6, 50]
    const logits = randomLogits('normal', batchSize, numClasses, 8)
    const options = { batchSize, numClasses, seed: 12, temperature: Float32Array.of(1, 2, 0.5, 1, 3, 1) }
    const { indices } = await sampler.sample(logits, options)
    const { noise } = await sampler.gumbelGivenIndex(logits, indices, options)
    const out = buffer(4 * (7 + batchSize * 60))
    const encoder = device.createCommandEncoder()
    sampler.encodeGumbelGivenIndex(encoder, {
      ...options,
      logits: { buffer: upload(logits) },
      indices: { buffer: upload(new Uint32Array(indices)) },
      noise: { buffer: out, offset: 7, rowStride: 60 },
    })
    device.queue.submit([encoder.finish()])
    const all = new Float32Array(await read(out))
    for (let row = 0; row < batchSize; row++)
      expectSame(
        all.subarray(7 + 60 * row, 7 + 60 * row + numClasses),
        noise.subarray(row * numClasses, (row + 1) * numClasses),
        `row ${row}`,
      )
  },
)

gpuTest('rows without a distribution and masked given classes are told apart', async ({ sampler }) => {
  const logits = Float32Array.of(0, -Infinity, NaN, 0, Infinity, 0, -Infinity, -Infinity, 1, 2)
  const options = { batchSize: 5, numClasses: 2, seed: 1, invalidRows: 'mark' } as const
  const { noise, invalidRows } = await sampler.gumbelGivenIndex(logits, Int32Array.of(1, 0, 0, 0, 1), options)
  expect(invalidRows.map(({ reason }) => reason)).toEqual(['given-masked', 'nan', 'positive-infinity', 'all-masked'])
  expect(Array.from(noise.subarray(0, 8))).toEqual(Array(8).fill(0))
  expect(noise[9] + 2).toBeGreaterThan(noise[8] + 1)
})

for (const [what, row, given, temperature] of [
  ['scores that overflow when divided by the temperature', Array(4).fill(-3.4028234663852886e38), 3, 0.5],
  ['a given class so far down that rounding its score takes in the others', [1e22, -1e30], 1, 1],
] as const)
  gpuTest(`${what}: noise is finite, and the given class wins`, async ({ sampler }) => {
    const cpu = await createSampler({ backend: 'cpu' })
    const logits = Float32Array.from(row)
    const options = { batchSize: 1, numClasses: logits.length, temperature, seed: 0 }
    for (const each of [sampler, cpu]) {
      const { noise } = await each.gumbelGivenIndex(logits, Int32Array.of(given), options)
      expect(noise.every(Number.isFinite), `${each.backend}: ${noise.join()}`).toBe(true)
      expect(firstMaximum(logits, noise, temperature), each.backend).toBe(given)
    }
  })
