import fc from 'fast-check'
import { type GumbelSoftmaxOptions, type SampleResult, type Sampler, combinePartials } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { expectSame } from '../compare'
import { type Case, optionsOf, packedLogits, valueOf } from './cases'

/** What changes in a call whose draws must stay what they were. */
export interface Change {
  each: Case
  /** Rows that are drawn again, in any order and as often as one likes. */
  order: number[]
  /** Classes that are masked unless they win. */
  masked: number[]
  /** Masked classes before the first, in groups of eight, and after the last. */
  groupsBefore: number
  classesAfter: number
  /** Groups of eight before which the vocabulary is cut. */
  cuts: number[]
  /** Samples that are drawn after the others. */
  moreSamples: number
  /** Of two, by whose power logits and temperatures are multiplied. */
  power: number
}

export function changesOf(cases: fc.Arbitrary<Case>): fc.Arbitrary<Change> {
  return fc.record({
    each: cases,
    order: fc.array(fc.nat(100), { minLength: 1, maxLength: 6 }),
    masked: fc.array(fc.nat(2 ** 16), { minLength: 1, maxLength: 6 }),
    groupsBefore: fc.nat(1),
    classesAfter: fc.nat(9),
    cuts: fc.array(fc.nat(2 ** 16), { minLength: 1, maxLength: 4 }),
    moreSamples: fc.nat(3),
    power: fc.integer({ min: -20, max: 20 }),
  })
}

/** Options with one value a row, and rows marked where they have no distribution. */
type RowOptions = Omit<GumbelSoftmaxOptions, 'seed' | 'streams' | 'streamOffset' | 'temperature' | 'tau'> & {
  seed: bigint[]
  streams: number[]
  temperature: number[]
  tau: number[]
  scores: true
  invalidRows: 'mark'
}

function rowOptions(each: Case): RowOptions {
  const { seed, streams, streamOffset = 0, temperature, tau, ...shape } = optionsOf(each)
  const rows = Array.from({ length: shape.batchSize }, (_, r) => r)
  const lists = {
    seed: rows.map((r) => BigInt(typeof seed === 'object' ? seed[r] : seed)),
    streams: rows.map((r) => (streams === undefined ? streamOffset + r : valueOf(streams, r))),
    temperature: rows.map((r) => valueOf(temperature, r)),
    tau: rows.map((r) => valueOf(tau, r)),
  }
  return { ...shape, ...lists, scores: true, invalidRows: 'mark' }
}

/** These rows alone. */
function optionsFor(options: RowOptions, rows: readonly number[]): RowOptions {
  const { seed, streams, temperature, tau } = options
  return {
    ...options,
    batchSize: rows.length,
    seed: rows.map((r) => seed[r]),
    streams: rows.map((r) => streams[r]),
    temperature: rows.map((r) => temperature[r]),
    tau: rows.map((r) => tau[r]),
  }
}

/** Rows of a new width, each class at `at` further on. */
function widened(packed: Float32Array, numClasses: number, width: number, at: number): Float32Array {
  const wide = new Float32Array((packed.length / numClasses) * width).fill(-Infinity)
  for (let r = 0; r < packed.length / numClasses; r++)
    wide.set(packed.subarray(r * numClasses, (r + 1) * numClasses), r * width + at)
  return wide
}

type Drawn = Pick<SampleResult, 'indices' | 'scores'>

function expectDraws(actual: Drawn, expected: Drawn, what: string): void {
  expectSame(actual.indices, expected.indices, `${what}: indices`)
  expectSame(actual.scores, expected.scores, `${what}: scores`)
}

type Relation = (sampler: Sampler, change: Change) => Promise<void>

/** What leaves draws as they are, or changes them in a way that is known to the bit. */
export const RELATIONS: Record<string, Relation> = {
  'a row draws the same in any slot of any batch': async (sampler, { each, order }) => {
    const options = rowOptions(each)
    const { numClasses, numSamples = 1 } = options
    const packed = packedLogits(each)
    const rows = order.map((choice) => choice % options.batchSize)
    const whole = await sampler.sample(packed, options)
    const some = new Float32Array(rows.length * numClasses)
    rows.forEach((r, i) => some.set(packed.subarray(r * numClasses, (r + 1) * numClasses), i * numClasses))
    const again = await sampler.sample(some, optionsFor(options, rows))
    rows.forEach((r, i) => {
      const ofRow = ({ indices, scores }: SampleResult, row: number) => ({
        indices: indices.subarray(row * numSamples, (row + 1) * numSamples),
        scores: scores!.subarray(row * numSamples, (row + 1) * numSamples),
      })
      expectDraws(ofRow(again, i), ofRow(whole, r), `row ${r} in slot ${i}`)
    })
  },

  'masking a class that does not win leaves the winner': async (sampler, { each, masked }) => {
    const options = { ...rowOptions(each), numSamples: 1 }
    const { batchSize, numClasses, classOffset = 0 } = options
    const packed = packedLogits(each)
    const before = await sampler.sample(packed, options)
    for (let r = 0; r < batchSize; r++)
      for (const choice of masked) {
        const c = choice % numClasses
        // Rows without a distribution stay as they are.
        if (before.indices[r] >= 0 && before.indices[r] - classOffset !== c) packed[r * numClasses + c] = -Infinity
      }
    expectDraws(await sampler.sample(packed, options), before, 'masked')
  },

  'masked classes around a vocabulary change nothing': async (sampler, change) => {
    const { each, classesAfter } = change
    const options = rowOptions(each)
    const { numClasses, classOffset = 0 } = options
    const packed = packedLogits(each)
    const before = Math.min(8 * change.groupsBefore, classOffset)
    const after = Math.min(classesAfter, 2 ** 31 - classOffset - numClasses)
    const width = before + numClasses + after
    const wide = { ...options, numClasses: width, classOffset: classOffset - before }
    const padded = await sampler.sample(widened(packed, numClasses, width, before), wide)
    expectDraws(padded, await sampler.sample(packed, options), `${before} before, ${after} after`)
  },

  'shards of a vocabulary combine to the draw of the whole': async (sampler, { each, cuts }) => {
    const options = rowOptions(each)
    const { batchSize, numClasses, classOffset = 0 } = options
    const packed = packedLogits(each)
    const whole = await sampler.sample(packed, options)
    const groups = Math.ceil(numClasses / 8)
    const begins = [...new Set([0, ...cuts.map((cut) => 8 * (cut % groups))])].toSorted((a, b) => b - a)
    const shards: SampleResult[] = []
    let end = numClasses
    for (const begin of begins) {
      const shard = { ...options, numClasses: end - begin, classOffset: classOffset + begin, partial: true }
      shards.push(await sampler.sample({ data: packed, offset: begin, rowStride: numClasses }, shard))
      end = begin
    }
    const combine = { batchSize, temperature: options.temperature }
    const some = combinePartials(shards.slice(0, 2), combine)
    const combined = combinePartials([...shards.slice(2), some], combine)
    expectDraws(combined, whole, `cut before ${begins.join()}`)
    expect(combined.invalidRows).toEqual(whole.invalidRows)
  },

  'an offset that keeps the logits exact changes no draw': async (sampler, { each, power }) => {
    const options = rowOptions(each)
    const offset = Math.sign(power || 1) * 2 ** Math.min(20, Math.abs(power))
    const packed = packedLogits(each).map((logit) =>
      Number.isFinite(logit) ? Math.round(8 * Math.min(Math.max(logit, -1000), 1000)) / 8 : logit,
    )
    const before = await sampler.sample(packed, options)
    const after = await sampler.sample(
      packed.map((logit) => logit + offset),
      options,
    )
    expectSame(after.indices, before.indices, `indices with ${offset} added`)
  },

  'more samples leave the first ones': async (sampler, { each, moreSamples }) => {
    const options = rowOptions(each)
    const { numSamples = 1 } = options
    const packed = packedLogits(each)
    const some = await sampler.sample(packed, options)
    const most = numSamples + moreSamples
    const more = await sampler.sample(packed, { ...options, numSamples: most })
    const isFirst = (_: number, i: number) => i % most < numSamples
    const first = { indices: more.indices.filter(isFirst), scores: more.scores!.filter(isFirst) }
    expectDraws(first, some, `${most} samples`)
  },

  'logits and temperatures times a power of two have scores times it': async (sampler, { each, power }) => {
    const options = rowOptions(each)
    const { numClasses } = options
    const scale = 2 ** power
    const packed = packedLogits(each)
    // Exactly, where nothing leaves the range of normal numbers.
    const exact = (value: number) => value === 0 || (Math.abs(value) > 1e-30 && Math.abs(value) < 1e30)
    packed.forEach((logit, i) => {
      if (Number.isFinite(logit) && !exact(logit)) packed[i] = 0
    })
    const temperature = options.temperature.map((value) => (exact(value) && value > 1e-12 && value < 1e12 ? value : 0))
    const before = await sampler.sample(packed, { ...options, temperature })
    const after = await sampler.sample(
      packed.map((logit) => logit * scale),
      { ...options, temperature: temperature.map((value) => value * scale) },
    )
    expectDraws(
      after,
      { ...before, scores: before.scores!.map((score) => score * scale) },
      `${numClasses} times ${scale}`,
    )
  },

  'a temperature of 0 draws the first maximum': async (sampler, { each }) => {
    const options = { ...rowOptions(each), numSamples: 1 }
    const { batchSize, numClasses, classOffset = 0 } = options
    const packed = packedLogits(each)
    const { indices } = await sampler.sample(packed, { ...options, temperature: 0 })
    // Subnormal logits count as 0.
    const normal = packed.map((logit) => (Math.abs(logit) < 2 ** -126 ? 0 : logit))
    const expected = Int32Array.from({ length: batchSize }, (_, r) => {
      const row = normal.subarray(r * numClasses, (r + 1) * numClasses)
      const most = row.reduce((max, logit) => Math.max(max, logit), -Infinity)
      return Number.isFinite(most) ? classOffset + row.indexOf(most) : -1
    })
    expectSame(indices, expected, 'indices')
  },
}
