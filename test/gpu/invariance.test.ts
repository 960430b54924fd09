import { describe, expect } from 'vitest'
import { expectSame } from '../helpers/compare'
import { gpuTest } from '../helpers/gpu'
import { type LogitsKind, randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'

function rowOf(data: Float32Array<ArrayBuffer>, row: number, numClasses: number): Float32Array<ArrayBuffer> {
  return data.slice(row * numClasses, (row + 1) * numClasses)
}

describe('a draw belongs to its seed, stream, step and sample, not to its place', () => {
  gpuTest('one seed and stream a row: rows in any slot of any batch draw the same', async ({ sampler }) => {
    const random = new Random(1)
    const [batchSize, numClasses] = [300, 111]
    const data = randomLogits('normal', batchSize, numClasses, 2)
    const seeds = Array.from({ length: batchSize }, () => random.seed())
    const streams = Array.from({ length: batchSize }, () => random.word())
    const shape = { numClasses, temperature: 2, step: 5, numSamples: 3 }
    const whole = await sampler.sample(data, { ...shape, batchSize, seed: seeds, streams })

    const order = seeds.map((_, i) => i).toReversed()
    const reversed = new Float32Array(order.flatMap((row) => [...rowOf(data, row, numClasses)]))
    const other = await sampler.sample(reversed, {
      ...shape,
      batchSize,
      seed: order.map((row) => seeds[row]),
      streams: order.map((row) => streams[row]),
    })
    const back = order.flatMap((_, row) => [...other.indices.subarray(3 * order[row], 3 * order[row] + 3)])
    expectSame(back, whole.indices, 'reversed')

    for (const row of [0, 1, 77, 299]) {
      const alone = { ...shape, batchSize: 1, seed: seeds[row], streams: streams[row] }
      const { indices } = await sampler.sample(rowOf(data, row, numClasses), alone)
      expectSame(indices, whole.indices.subarray(3 * row, 3 * row + 3), `row ${row} alone`)
    }
  })

  gpuTest('by default the stream is the row, and for seeds a row it is 0', async ({ sampler }) => {
    const [batchSize, numClasses] = [50, 64]
    const data = new Float32Array(batchSize * numClasses)
    const shape = { batchSize, numClasses }
    const streams = Array.from({ length: batchSize }, (_, row) => row)
    const { indices } = await sampler.sample(data, { ...shape, seed: 3 })
    expectSame((await sampler.sample(data, { ...shape, seed: 3, streams })).indices, indices, 'streams 0, 1, 2, …')
    const seeds = await sampler.sample(data, { ...shape, seed: streams.map(() => 3) })
    expectSame(seeds.indices, new Int32Array(batchSize).fill(indices[0]), 'the same seed a row')
  })

  gpuTest('shards of a batch draw what the whole draws', async ({ sampler }) => {
    const [batchSize, numClasses] = [257, 130]
    const data = randomLogits('peaked', batchSize, numClasses, 4)
    const shape = { numClasses, seed: 5n, step: 6, numSamples: 2 }
    const whole = await sampler.sample(data, { ...shape, batchSize, streamOffset: 1000 })
    const parts: number[] = []
    let row = 0
    for (const count of [1, 100, 31, 125]) {
      const shard = data.slice(row * numClasses, (row + count) * numClasses)
      parts.push(...(await sampler.sample(shard, { ...shape, batchSize: count, streamOffset: 1000 + row })).indices)
      row += count
    }
    expectSame(parts, whole.indices, 'indices')
  })

  gpuTest('masked classes behind a vocabulary, and strides, change nothing', async ({ sampler }) => {
    for (const [numClasses, padded] of [
      [1000, 1024],
      [1000, 5000],
      [5, 8],
      [50257, 50304],
    ]) {
      const batchSize = 3
      const data = randomLogits('normal', batchSize, numClasses, 6)
      const wide = new Float32Array(batchSize * padded).fill(-Infinity)
      for (let row = 0; row < batchSize; row++) wide.set(rowOf(data, row, numClasses), row * padded)
      const options = { batchSize, seed: 7, temperature: 0.9, scores: true }
      const tight = await sampler.sample(data, { ...options, numClasses })
      const masked = await sampler.sample(wide, { ...options, numClasses: padded })
      const strided = await sampler.sample({ data: wide, rowStride: padded }, { ...options, numClasses })
      for (const [what, { indices, scores }] of Object.entries({ masked, strided })) {
        expectSame(indices, tight.indices, `${what} ${numClasses} of ${padded}: indices`)
        expectSame(scores, tight.scores, `${what} ${numClasses} of ${padded}: scores`)
      }
    }
  })

  gpuTest('seed, stream, step and sample each draw anew', async ({ sampler }) => {
    const numClasses = 2 ** 16
    const data = new Float32Array(numClasses)
    const drawn = async (options: object) =>
      (await sampler.sample(data, { batchSize: 1, numClasses, seed: 0, streams: 0, ...options })).indices
    const [zero, one] = await drawn({ numSamples: 2 })
    const draws = [zero, one]
    for (const seed of [1, 2n ** 32n, 2n ** 63n]) draws.push(...(await drawn({ seed })))
    for (const streams of [1, 2 ** 31]) draws.push(...(await drawn({ streams })))
    for (const step of [1, 2 ** 31]) draws.push(...(await drawn({ step })))
    // Of 9 equally likely draws among 65,536 two are equal by chance 0.05 % of the time; the seeds are fixed.
    expect(new Set(draws).size).toBe(9)
  })
})

describe('shards of a vocabulary combine to the draw of the whole', () => {
  const kinds: LogitsKind[] = ['normal', 'ties', 'masked', 'subnormal', 'buried']
  for (const kind of kinds)
    gpuTest(`the largest score wins, ties go to the lower class: ${kind} logits`, async ({ sampler }) => {
      const [batchSize, numClasses] = [64, 1003]
      const data = randomLogits(kind, batchSize, numClasses, 8)
      for (const temperature of [0, 0.01, 1]) {
        const options = { batchSize, seed: 9n, temperature, scores: true }
        const whole = await sampler.sample(data, { ...options, numClasses })
        const indices = new Int32Array(batchSize).fill(-1)
        const scores = new Float32Array(batchSize).fill(-Infinity)
        // From the last shard to the first, so that a tie is met from its wrong side.
        for (const [begin, end] of [
          [904, 1003],
          [16, 904],
          [8, 16],
          [0, 8],
        ]) {
          const view = { data, offset: begin, rowStride: numClasses }
          const shape = { ...options, numClasses: end - begin, classOffset: begin }
          // A shard may be all masked though the row is not.
          const shard = await sampler.sample(view, { ...shape, invalidRows: 'mark' })
          shard.scores!.forEach((score, row) => {
            if (!(score >= scores[row])) return
            scores[row] = score
            indices[row] = shard.indices[row]
          })
        }
        expectSame(indices, whole.indices, `T ${temperature}: indices`)
        expectSame(scores, whole.scores, `T ${temperature}: scores`)
      }
    })
})
