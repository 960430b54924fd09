import { type SampleCallOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { expectClose, expectSame } from '../helpers/compare'
import { LOGITS_KINDS, TEMPERATURES, randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'
import { logSoftmax, naiveDraw } from '../helpers/reference'

const sampler = await createSampler({ backend: 'cpu' })

describe('a lazy draw on the CPU', () => {
  test.each(LOGITS_KINDS)('is the draw with the noise of every class computed: %s logits', async (kind) => {
    const random = new Random(LOGITS_KINDS.indexOf(kind))
    for (let round = 0; round < 25; round++) {
      const batchSize = random.whole(1, 4)
      const numClasses = random.pick([random.whole(1, 9), random.whole(10, 300)])
      const offset = random.whole(0, 5)
      const rowStride = numClasses + random.whole(0, 5)
      const options: SampleCallOptions = {
        batchSize,
        numClasses,
        seed: random.seed(),
        step: random.word(),
        streamOffset: random.whole(0, 2 ** 31),
        classOffset: 8 * random.whole(0, 2 ** 20),
        numSamples: random.whole(1, 3),
        temperature: random.pick(TEMPERATURES),
        scores: true,
        logProbs: true,
      }
      const numSamples = options.numSamples!
      const temperature = options.temperature as number
      // Whatever lies between the rows must not matter.
      const data = new Float32Array(offset + batchSize * rowStride).fill(Infinity)
      const packed = randomLogits(kind, batchSize, numClasses, round)
      const rows = Array.from({ length: batchSize }, (_, r) => packed.subarray(r * numClasses, (r + 1) * numClasses))
      rows.forEach((row, r) => data.set(row, offset + r * rowStride))

      const result = await sampler.sample({ data, offset, rowStride }, options)
      const expected = rows.flatMap((row, r) =>
        Array.from({ length: numSamples }, (_, draw) =>
          naiveDraw(row, {
            seed: options.seed as bigint,
            stream: options.streamOffset! + r,
            step: options.step as number,
            draw,
            temperature,
            classOffset: options.classOffset!,
          }),
        ),
      )
      const what = `round ${round}, V ${numClasses}, T ${temperature}`
      expectSame(
        result.indices,
        expected.map(({ index }) => index),
        `${what}: indices`,
      )
      expectSame(
        result.scores,
        expected.map(({ score }) => score),
        `${what}: scores`,
      )
      const logProbs = expected.map(({ index }, i) =>
        logSoftmax(rows[Math.floor(i / numSamples)], temperature, index - options.classOffset!),
      )
      expectClose(result.logProbs, logProbs, 1e-5, `${what}: logProbs`)
      expect(result.invalidRows).toEqual([])
    }
  })

  test('takes one seed, stream and temperature a row', async () => {
    const random = new Random(20)
    const [batchSize, numClasses] = [40, 61]
    const data = randomLogits('normal', batchSize, numClasses, 21)
    const seed = BigUint64Array.from({ length: batchSize }, () => random.seed())
    const streams = Uint32Array.from({ length: batchSize }, () => random.word())
    const temperature = Array.from({ length: batchSize }, () => random.pick(TEMPERATURES))
    const draws = (seeds: readonly bigint[], streamOf: (row: number) => number) =>
      seeds.map((each, r) =>
        naiveDraw(data.subarray(r * numClasses, (r + 1) * numClasses), {
          seed: each,
          stream: streamOf(r),
          step: 3,
          draw: 0,
          temperature: temperature[r],
          classOffset: 0,
        }),
      )
    const shape = { batchSize, numClasses, temperature, step: 3 }
    const one = await sampler.sample(data, { ...shape, seed, streams })
    expectSame(
      one.indices,
      draws([...seed], (r) => streams[r]).map(({ index }) => index),
      'seeds and streams',
    )
    const defaults = await sampler.sample(data, { ...shape, seed: [...seed] })
    expectSame(
      defaults.indices,
      draws([...seed], () => 0).map(({ index }) => index),
      'seeds alone: stream 0',
    )
    const shared = await sampler.sample(data, { ...shape, seed: 5, streams: 9 })
    const fives = Array.from(seed, () => 5n)
    expectSame(
      shared.indices,
      draws(fives, () => 9).map(({ index }) => index),
      'one seed, one stream',
    )
  })
})
