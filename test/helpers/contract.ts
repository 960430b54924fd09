import type { Sampler } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { expectSame, expectClose } from './compare'
import { philoxBigInt } from './philox_bigint'
import { Random } from './random'

/*
 * The contract of randomness (docs/design.md, section 2) once more in exact integers and float64, sharing nothing with src/ or
 * shaders/: what GPU and CPU get wrong alike shows here.
 */

/** What names a word, beside its class. */
interface Name {
  seed: bigint
  stream: number
  step: number
  draw: number
}

/** Uses of the generator, told apart in the last counter word. */
const TAG = { high: 0, low: 1, tail: 2, givenHigh: 3, givenLow: 4 }

function block(counter0: number, { seed, stream, step, draw }: Name, tag: number): number[] {
  const key = [Number(seed & 0xffffffffn), Number(seed >> 32n)]
  return philoxBigInt([counter0, stream, step, draw + tag * 2 ** 24], key)
}

function exactWord(classIndex: number, name: Name, high = TAG.high, low = TAG.low): number {
  const group = Math.floor(classIndex / 8)
  const h = block(group, name, high)[classIndex % 4]
  const l = block(group, name, low)[classIndex % 4]
  return classIndex % 8 < 4
    ? (h & 0xffff0000) + (l >>> 16) + (h < 2 ** 31 ? 0 : 2 ** 32)
    : (h % 65536) * 65536 + (l % 65536)
}

/** -log(-log1p(-u)) in float64. */
function exactGumbel(u: number): number {
  return -Math.log(-Math.log1p(-u))
}

function gumbelAt(classIndex: number, name: Name): number {
  return exactGumbel((exactWord(classIndex, name) + 0.5) / 2 ** 32)
}

/** A batch whose rows, seeds, step and first class are far from 0. */
const PART = { batchSize: 5, numClasses: 43, classOffset: 8 * 12345, streamOffset: 2 ** 31 + 7, step: 2 ** 32 - 3 }
const SEED = 0xfedcba9876543210n

/** Draws enough for the kernel of short rows, which has a lane for each, on software adapters. */
const MANY = 300

/** Rows with NaN, +Infinity, no class, and one class; the last has its index. */
const INVALID = [
  [1, NaN, 2],
  [0, Infinity, NaN],
  [Infinity, 0, -Infinity],
  [-Infinity, -Infinity, -Infinity],
  [-Infinity, 5, -Infinity],
]

/** Checks of any backend, by name. */
export const CONTRACT: Record<string, (sampler: Sampler) => Promise<void>> = {
  'words are the contract’s': async (sampler) => {
    const { batchSize, numClasses, classOffset, streamOffset, step } = PART
    const cells = Array.from({ length: batchSize * numClasses }, (_, i) => [Math.floor(i / numClasses), i % numClasses])
    const bits = await sampler.noise('bits', { ...PART, seed: SEED })
    const exact = cells.map(([r, c]) =>
      exactWord(classOffset + c, { seed: SEED, stream: streamOffset + r, step, draw: 0 }),
    )
    expectSame(bits, exact, 'rows')

    const seed = Array.from({ length: batchSize }, (_, r) => SEED - BigInt(r) * 0x1_0000_0001n)
    const streams = seed.map((_, r) => 7 * r + 1)
    const own = await sampler.noise('bits', { batchSize, numClasses, seed, streams })
    const exactOwn = cells.map(([r, c]) => exactWord(c, { seed: seed[r], stream: streams[r], step: 0, draw: 0 }))
    expectSame(own, exactOwn, 'a seed and a stream a row')
  },

  'draws and scores are the contract’s': async (sampler) => {
    const { batchSize, classOffset, streamOffset, step } = PART
    const random = new Random(31)
    const temperature = 0.8
    for (const [numClasses, numSamples] of [
      [PART.numClasses, MANY / batchSize],
      [203, 6],
    ]) {
      const logits = Float32Array.from({ length: batchSize * numClasses }, () => random.normal())
      const options = { ...PART, numClasses, seed: SEED, temperature, numSamples, scores: true }
      const drawn = await sampler.sample(logits, options)
      const exact = Array.from({ length: batchSize * numSamples }, (_, i) => {
        const [row, draw] = [Math.floor(i / numSamples), i % numSamples]
        const name = { seed: SEED, stream: streamOffset + row, step, draw }
        const scores = Array.from(logits.subarray(row * numClasses, (row + 1) * numClasses), (logit, c) => {
          return logit + temperature * gumbelAt(classOffset + c, name)
        })
        const score = Math.max(...scores)
        return { index: classOffset + scores.indexOf(score), score }
      })
      expectSame(
        drawn.indices,
        exact.map(({ index }) => index),
        `indices of ${numClasses}`,
      )
      expectClose(
        drawn.scores,
        exact.map(({ score }) => score),
        2e-6,
        `scores of ${numClasses}`,
      )
      // Many short rows whose scores are not wanted have a kernel of their own.
      const bare = await sampler.sample(logits, { ...options, scores: false })
      expectSame(bare.indices, drawn.indices, `indices of ${numClasses} without scores`)
    }
  },

  'the largest noise there is wins with its exact score': async (sampler) => {
    // Found by a search over steps: words 190 and 0, where 24-bit uniforms and float32's log lose the most.
    for (const [step, classIndex, word] of [
      [10, 33465, 190],
      [39476, 47972, 0],
    ]) {
      const numClasses = 65_536
      const name = { seed: 1n, stream: 0, step, draw: 0 }
      expect(exactWord(classIndex, name)).toBe(word)
      const tail = block(Math.floor(classIndex / 4), name, TAG.tail)[classIndex % 4]
      for (const [kind, u] of [
        ['standard', (word + 0.5) / 2 ** 32],
        ['extended', (word + (tail + 0.5) / 2 ** 32) / 2 ** 32],
      ] as const) {
        const options = { batchSize: 1, numClasses, seed: 1n, step, tail: kind, scores: true }
        const { indices, scores } = await sampler.sample(new Float32Array(numClasses), options)
        expectSame(indices, [classIndex], `step ${step}, ${kind}: index`)
        expectClose(scores, [exactGumbel(u)], 1.5e-7, `step ${step}, ${kind}: score`)
      }
    }
  },

  'the first of equal scores wins': async (sampler) => {
    // Rows that one lane draws, and rows that many lanes share.
    for (const numClasses of [24, 5000])
      for (const places of [
        [1, 2],
        [7, 8],
        [5, 21, 300, 4999],
        [20, 2048, 2049, 2300],
      ]) {
        const logits = new Float32Array(numClasses)
        for (const c of places.filter((place) => place < numClasses)) logits[c] = 1
        const numSamples = numClasses < 256 ? MANY : 1
        const { indices } = await sampler.sample(logits, {
          batchSize: 1,
          numClasses,
          seed: 1,
          temperature: 0,
          numSamples,
        })
        expectSame(indices, new Int32Array(numSamples).fill(places[0]), `${places} of ${numClasses}`)
      }
  },

  'rows without a distribution are told from those that have one': async (sampler) => {
    const numSamples = MANY / INVALID.length
    for (const numClasses of [3, 203]) {
      const masked = Array<number>(numClasses - 3).fill(-Infinity)
      const logits = Float32Array.from(INVALID.flatMap((row) => [...row, ...masked]))
      const options = { batchSize: INVALID.length, numClasses, seed: 1, numSamples, invalidRows: 'mark' } as const
      const { indices, invalidRows } = await sampler.sample(logits, options)
      expect(invalidRows).toEqual([
        { row: 0, reason: 'nan' },
        { row: 1, reason: 'nan' },
        { row: 2, reason: 'positive-infinity' },
        { row: 3, reason: 'all-masked' },
      ])
      expect([...indices]).toEqual(Array.from(indices, (_, i) => (i < 4 * numSamples ? -1 : 1)))
    }
  },

  'no class past a row’s last is drawn, whatever lies there': async (sampler) => {
    for (const [numClasses, rowStride] of [
      [3, 8],
      [13, 16],
      [12, 12],
      [7, 7],
      [130, 136],
    ]) {
      const batchSize = MANY
      const data = new Float32Array(batchSize * rowStride).fill(100)
      for (let row = 0; row < batchSize; row++) data.fill(row, row * rowStride, row * rowStride + numClasses)
      const { indices } = await sampler.sample({ data, rowStride }, { batchSize, numClasses, seed: 1 })
      expect(Math.max(...indices), `${numClasses} of ${rowStride}`).toBeLessThan(numClasses)
    }
  },

  'noise given an index is the contract’s at that index': async (sampler) => {
    const name = { seed: 5n, stream: 0, step: 6, draw: 0 }
    const logits = Float32Array.of(2, 0, -1, 1, 0.5)
    const options = { batchSize: 1, numClasses: 5, seed: 5n, step: 6 }
    const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0))
    for (let c = 0; c < 5; c++) {
      const { noise } = await sampler.gumbelGivenIndex(logits, Int32Array.of(c), options)
      const u = (exactWord(c, name, TAG.givenHigh, TAG.givenLow) + 0.5) / 2 ** 32
      expectClose([noise[c]], [logSum + exactGumbel(u) - logits[c]], 1e-5, `class ${c}`)
    }
  },
}
