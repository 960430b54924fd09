import { createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { expectClose, expectSame } from '../helpers/compare'
import { type DeviceKind, gpuTest } from '../helpers/gpu'
import { KINDS, inputsOf } from '../helpers/kinds'
import { randomLogits } from '../helpers/logits'
import { shared } from '../helpers/matrix'

const cpu = await createSampler({ backend: 'cpu' })
const MIB = 2 ** 20

/** Logits of so many MiB: a block of one over and over. */
function manyLogits(mib: number): Float32Array<ArrayBuffer> {
  const block = randomLogits('peaked', 1, MIB / 4, 1)
  const data = new Float32Array((mib * MIB) / 4)
  for (let i = 0; i < mib; i++) data.set(block, (i * MIB) / 4)
  return data
}

describe('a device with default limits and no features', () => {
  /** Past a binding's default of 128. */
  const data = manyLogits(136)

  gpuTest(
    'is what these tests have',
    async ({ device }) => {
      expect(device.limits.maxStorageBufferBindingSize).toBe(128 * MIB)
      expect([...device.features].filter((feature) => feature !== 'core-features-and-limits')).toEqual([])
    },
    'plain',
  )

  // The CPU draws some rows again: where bindings of 128 MiB and uploads of 64 begin and end.
  for (const [place, batchSize] of [
    ['GPU', 272],
    ['host', 160],
  ] as const)
    gpuTest(
      `takes ${batchSize} rows of 512 KiB from ${place} memory`,
      async ({ sampler, upload }) => {
        const numClasses = 131_072
        const options = { numClasses, seed: 2, scores: true }
        const logits = place === 'GPU' ? { buffer: upload(data) } : data.subarray(0, batchSize * numClasses)
        const drawn = await sampler.sample(logits, { ...options, batchSize })
        expect(drawn.indices.length).toBe(batchSize)
        for (const first of [0, 126, 158, 253, 270].filter((row) => row < batchSize)) {
          const end = Math.min(first + 4, batchSize)
          const rows = data.subarray(first * numClasses, end * numClasses)
          const expected = await cpu.sample(rows, { ...options, batchSize: end - first, streamOffset: first })
          expectSame(drawn.indices.subarray(first, end), expected.indices, `from row ${first}: indices`)
          expectSame(drawn.scores!.subarray(first, end), expected.scores, `from row ${first}: scores`)
        }
      },
      'plain',
    )

  gpuTest(
    'takes 136 MiB of logits in one row',
    async ({ sampler, upload }) => {
      const options = { batchSize: 1, numClasses: data.length, seed: 3, scores: true, logProbs: true }
      const expected = await cpu.sample(data, options)
      const { indices, scores, logProbs } = await sampler.sample({ buffer: upload(data) }, options)
      expectSame(indices, expected.indices, 'indices')
      expectSame(scores, expected.scores, 'scores')
      expectClose(logProbs, expected.logProbs, 1e-5, 'logProbs')
    },
    'plain',
  )
})

describe('what a device cannot take is refused by name, and later calls are right', () => {
  const small = { batchSize: 1, numClasses: 3, seed: 1 }

  gpuTest(
    'results past a buffer',
    async ({ sampler }) => {
      const options = { batchSize: 2, numClasses: 8, seed: 1, numSamples: 2 ** 24 }
      const refused = sampler.gumbelSoftmax(new Float32Array(16), options)
      await expect(refused).rejects.toThrow(
        /^numSamples \* numClasses is 134217728; it must be at most \d+ on this device/,
      )
      expect((await sampler.sample(new Float32Array(3), small)).indices.length).toBe(1)
    },
    'plain',
  )

  gpuTest(
    'parameters of each row past a binding, recorded',
    async ({ device, sampler, buffer }) => {
      const batchSize = 7_000_000
      const temperature = new Float32Array(batchSize).fill(1)
      const views = { logits: { buffer: buffer(4 * batchSize) }, indices: { buffer: buffer(4 * batchSize) } }
      const refused = () =>
        sampler.encodeSample(device.createCommandEncoder(), {
          batchSize,
          numClasses: 1,
          seed: 1,
          temperature,
          ...views,
        })
      expect(refused).toThrow(/^batchSize is 7000000; .* on this device/)
      expect((await sampler.sample(new Float32Array(3), small)).indices.length).toBe(1)
    },
    'plain',
  )

  gpuTest(
    'a row in host memory past a buffer',
    async ({ sampler }) => {
      const numClasses = 2 ** 26 + 1
      const refused = sampler.sample(new Float32Array(numClasses), { batchSize: 1, numClasses, seed: 1 })
      await expect(refused).rejects.toThrow(
        'numClasses is 67108865; in host memory it must be at most 67108864 on this device (maxBufferSize)',
      )
    },
    'plain',
  )
})

describe('a device that lacks what others have draws the same', () => {
  // Chromium alone has lower limits to give.
  for (const kind of shared<DeviceKind>(['compatibility', 'plain']))
    gpuTest(
      kind,
      async ({ device, sampler }) => {
        expect(device.features.has('subgroups')).toBe(false)
        expect(await sampler.verify()).toMatchObject({ ok: true, failures: [] })
        for (const [name, call] of Object.entries(KINDS)) {
          const [result, expected] = [await call(sampler, inputsOf(1)), await call(cpu, inputsOf(1))]
          for (const [array, values] of Object.entries(expected)) {
            expectClose(result[array], values, 1e-3, `${name}: ${array}`)
            if (['indices', 'scores', 'gumbel'].includes(array)) expectSame(result[array], values, `${name}: ${array}`)
          }
        }
      },
      kind,
    )
})
