import { InvalidRowsError, type SampleCallOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { expectSame } from '../helpers/compare'
import { gpuTest } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'

const cpu = await createSampler({ backend: 'cpu' })

/** NaN of either sign, quiet and signalling, with payloads, as bits. */
const NANS = [0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0x7fffffff, 0xffffffff, 0x7fabcdef]

describe('rows without a distribution', () => {
  for (const numClasses of [1, 3, 10, 257, 5000])
    gpuTest(`are found among rows that have one, V = ${numClasses}`, async ({ sampler, upload }) => {
      const culprits = [...NANS, 0x7f800000]
      const places = [...new Set([0, numClasses >> 1, numClasses - 1])]
      const batchSize = 2 * places.length * culprits.length + 2
      const data = randomLogits('normal', batchSize, numClasses, 1)
      const bits = new Uint32Array(data.buffer)
      const expectedRows: { row: number; reason: string }[] = []
      // Every second row is valid; JavaScript may change a NaN's payload, so they are written as bits.
      let row = 1
      for (const culprit of culprits)
        for (const place of places) {
          bits[row * numClasses + place] = culprit
          expectedRows.push({ row, reason: culprit === 0x7f800000 ? 'positive-infinity' : 'nan' })
          row += 2
        }
      data.fill(-Infinity, row * numClasses, (row + 1) * numClasses)
      expectedRows.push({ row, reason: 'all-masked' })

      const options: SampleCallOptions = { batchSize, numClasses, seed: 2, logProbs: true, scores: true }
      const mark: SampleCallOptions = { ...options, invalidRows: 'mark' }
      const expected = await cpu.sample(data, mark)
      expect(expected.invalidRows).toEqual(expectedRows)
      for (const logits of [data, { buffer: upload(data) }]) {
        const marked = await sampler.sample(logits, mark)
        expect(marked.invalidRows).toEqual(expectedRows)
        expectSame(marked.indices, expected.indices, 'indices')
        expectSame(marked.scores, expected.scores, 'scores')
        for (const { row: invalid } of expectedRows) {
          expect(marked.indices[invalid]).toBe(-1)
          expect(marked.logProbs![invalid]).toBeNaN()
          expect(marked.scores![invalid]).toBeNaN()
        }
        expect(marked.logProbs!.filter(Number.isNaN).length).toBe(expectedRows.length)
        // Without scores, short rows are drawn by a kernel of their own.
        const short = await sampler.sample(logits, { ...mark, scores: false })
        expect(short.invalidRows).toEqual(expectedRows)
        expectSame(short.indices, expected.indices, 'indices without scores')
        await expect(sampler.sample(logits, options)).rejects.toMatchObject({ rows: expectedRows })
      }
    })

  gpuTest('reject the call with an error that names rows and reasons', async ({ sampler }) => {
    const numClasses = 4
    const data = new Float32Array(9 * numClasses)
    data[0] = NaN
    data[2 * numClasses + 3] = Infinity
    data.fill(-Infinity, 3 * numClasses, 4 * numClasses)
    const options = { batchSize: 9, numClasses, seed: 1, numSamples: 3 }
    const message =
      'logits: row 0 holds NaN, row 2 holds +Infinity, row 3 has every class at -Infinity' +
      "; pass invalidRows: 'mark' to get index -1 for such rows"
    for (const each of [sampler, cpu]) {
      const error = await each.sample(data, options).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(InvalidRowsError)
      expect(error).toMatchObject({
        name: 'InvalidRowsError',
        message,
        rows: [
          { row: 0, reason: 'nan' },
          { row: 2, reason: 'positive-infinity' },
          { row: 3, reason: 'all-masked' },
        ],
      })
    }
    data.fill(NaN)
    await expect(sampler.sample(data, options)).rejects.toThrow('row 4 holds NaN, and 4 more; pass')
  })

  gpuTest('at temperature 0 are invalid too, and marked in each sample', async ({ sampler }) => {
    const data = Float32Array.of(1, 2, NaN, 5, 4, 3)
    const options = { batchSize: 2, numClasses: 3, seed: 1, temperature: 0, numSamples: 2 }
    const { indices, invalidRows } = await sampler.sample(data, { ...options, invalidRows: 'mark' })
    expect([...indices]).toEqual([-1, -1, 0, 0])
    expect(invalidRows).toEqual([{ row: 0, reason: 'nan' }])
  })
})

describe('masks', () => {
  gpuTest('the one class that is not masked is drawn, wherever it is', async ({ sampler }) => {
    for (const numClasses of [1, 2, 8, 9, 257, 4096]) {
      const unmasked = [0, 1, 7, 8, 100, 255, 256, 4095].filter((classIndex) => classIndex < numClasses)
      const data = new Float32Array(unmasked.length * numClasses).fill(-Infinity)
      // Also the least finite logit is a logit.
      unmasked.forEach(
        (classIndex, row) => (data[row * numClasses + classIndex] = row % 2 ? -3.4028234663852886e38 : 0),
      )
      for (const temperature of [0, 1, 1e18]) {
        const options = { batchSize: unmasked.length, numClasses, seed: 3, temperature, logProbs: true }
        const { indices, logProbs } = await sampler.sample(data, options)
        expectSame(indices, unmasked, `V ${numClasses}, T ${temperature}: indices`)
        expectSame(logProbs, new Float32Array(unmasked.length), `V ${numClasses}, T ${temperature}: logProbs`)
      }
    }
  })

  gpuTest('a masked class is never drawn', async ({ sampler }) => {
    const numClasses = 40
    const data = randomLogits('normal', 1, numClasses, 4)
    for (let classIndex = 0; classIndex < numClasses; classIndex += 3) data[classIndex] = -Infinity
    const { indices } = await sampler.sample(data, { batchSize: 1, numClasses, seed: 5, numSamples: 100_000 })
    const drawn = new Set(indices)
    expect([...drawn].filter((classIndex) => classIndex % 3 === 0)).toEqual([])
    // At temperature 1e18 the classes left are all but equal: each is missed with a chance below 1e-1000.
    const flat = await sampler.sample(data, {
      batchSize: 1,
      numClasses,
      seed: 5,
      numSamples: 100_000,
      temperature: 1e18,
    })
    expect(new Set(flat.indices).size).toBe(26)
  })
})
