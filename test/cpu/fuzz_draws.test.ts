import fc from 'fast-check'
import { createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { expectSame } from '../helpers/compare'
import { naiveDensity } from '../helpers/density'
import { type Case, casesOf, optionsOf, packedLogits, valueOf } from '../helpers/fuzz/cases'
import { check } from '../helpers/fuzz/check'
import type { Regime } from '../helpers/fuzz/regimes'
import { RELATIONS, changesOf } from '../helpers/fuzz/relations'
import { type Draw, firstMaximum, naiveDraw } from '../helpers/reference'
import { expectSamples, expectWithin, naiveGradients, relaxed } from '../helpers/soft'

const sampler = await createSampler({ backend: 'cpu' })

/** The variant is of no account here. */
const regimes: fc.Arbitrary<Regime> = fc.record({
  variant: fc.constant({ subgroups: false, wide: false }),
  classes: fc.constantFrom<[number, number][]>([1, 9], [10, 70], [71, 300]),
  rows: fc.constant<[number, number]>([1, 5]),
  samples: fc.constant<[number, number]>([1, 3]),
  aligned: fc.constant(false),
  logProbs: fc.constant(true),
  extended: fc.boolean(),
  outputs: fc.constant(true),
})

function fuzz<T>(name: string, runs: number, cases: fc.Arbitrary<T>, property: (each: T) => Promise<void>): void {
  test(name, () => check(name, runs, cases, property))
}

/** Each draw of a case, as the contract names it, with the row that it is of. */
function drawsOf(each: Case): (Draw & { r: number; row: Float32Array; tau: number })[] {
  const { batchSize, numSamples = 1, numClasses, seed, streams, streamOffset = 0, step = 0, ...rest } = optionsOf(each)
  const packed = packedLogits(each)
  return Array.from({ length: batchSize * numSamples }, (_, i) => {
    const r = Math.floor(i / numSamples)
    return {
      r,
      row: packed.subarray(r * numClasses, (r + 1) * numClasses),
      seed: BigInt(typeof seed === 'object' ? seed[r] : seed),
      stream: streams === undefined ? streamOffset + r : valueOf(streams, r),
      step: valueOf(step, r),
      draw: i % numSamples,
      temperature: valueOf(rest.temperature, r),
      tau: valueOf(rest.tau, r),
      classOffset: rest.classOffset ?? 0,
      extended: rest.tail === 'extended',
    }
  })
}

/** The same without draws of rows that have no distribution. */
function validDrawsOf(each: Case, invalidRows: readonly { row: number }[]) {
  const invalid = new Set(invalidRows.map(({ row }) => row))
  return drawsOf(each)
    .map((draw, i) => ({ i, draw }))
    .filter(({ draw }) => !invalid.has(draw.r))
}

describe('the CPU does what the formulas say', () => {
  fuzz('a draw is the first maximum with the noise of every class computed', 800, casesOf(regimes), async (each) => {
    const options = { ...optionsOf(each), scores: true, invalidRows: 'mark' } as const
    const drawn = await sampler.sample(packedLogits(each), options)
    for (const { i, draw } of validDrawsOf(each, drawn.invalidRows)) {
      const { index, score } = naiveDraw(draw.row, draw)
      expectSame([drawn.indices[i], drawn.scores![i]], [index, score], `draw ${i}: index and score`)
    }
  })

  fuzz('samples are the softmax of scores', 400, casesOf(regimes), async (each) => {
    const { numClasses } = each
    const drawn = await sampler.gumbelSoftmax(packedLogits(each), { ...optionsOf(each), invalidRows: 'mark' })
    for (const { i, draw } of validDrawsOf(each, drawn.invalidRows)) {
      const expected = relaxed(draw.row, draw, draw.tau)
      expectSamples(drawn.samples.subarray(i * numClasses, (i + 1) * numClasses), expected, `draw ${i}`)
    }
  })

  fuzz('gradients are the analytic ones', 300, casesOf(regimes, true), async (each) => {
    const { numClasses, numSamples } = each
    const options = { ...optionsOf(each), invalidRows: 'mark', gradTau: true, gradTemperature: true } as const
    const packed = packedLogits(each)
    const gradSamples = Float32Array.from({ length: packed.length * numSamples }, (_, i) => Math.fround(Math.sin(i)))
    const actual = await sampler.gumbelSoftmaxBackward(gradSamples, packed, options)
    const sums = new Map<number, ReturnType<typeof naiveGradients>>()
    for (const { i, draw } of validDrawsOf(each, actual.invalidRows)) {
      const grad = gradSamples.subarray(i * numClasses, (i + 1) * numClasses)
      const one = naiveGradients(grad, draw.row, draw, draw.tau)
      const sum = sums.get(draw.r)
      if (!sum) sums.set(draw.r, one)
      else {
        one.logits.forEach((value, c) => (sum.logits[c] += value))
        for (const name of ['tau', 'temperature'] as const) {
          sum[name] += one[name]
          sum.size[name] += one.size[name]
        }
      }
    }
    for (const [r, { logits, tau, temperature, size }] of sums) {
      const most = Math.max(...logits.map(Math.abs))
      // Larger ones pass float32's range.
      if (!(Math.max(most, size.tau, size.temperature) < 1e37)) continue
      const row = actual.gradLogits.subarray(r * numClasses, (r + 1) * numClasses)
      expectWithin(row, logits, (e) => 1e-6 * Math.abs(e) + 1e-9 * most + 2 ** -126, `row ${r}: logits`)
      const scales = [actual.gradTau![r], actual.gradTemperature![r]]
      const sizes = [size.tau, size.temperature]
      const tolerance = (e: number, j: number) => 1e-6 * Math.abs(e) + 1e-9 * sizes[j] + 2 ** -126
      expectWithin(scales, [tau, temperature], tolerance, `row ${r}: tau and temperature`)
    }
  })

  fuzz('log densities are those of the closed form', 300, casesOf(regimes, true), async (each) => {
    const { numClasses } = each
    const { classOffset: _, ...options } = { ...optionsOf(each), invalidRows: 'mark' as const }
    const packed = packedLogits(each)
    const { samples, invalidRows } = await sampler.gumbelSoftmax(packed, {
      ...optionsOf(each),
      tau: 2,
      invalidRows: 'mark',
    })
    const actual = await sampler.concreteLogProb(samples, packed, options)
    for (const { i, draw } of validDrawsOf(each, invalidRows)) {
      const y = samples.subarray(i * numClasses, (i + 1) * numClasses)
      if (y.some((value, c) => draw.row[c] !== -Infinity && value < 2 ** -126)) expect(actual[i]).toBe(-Infinity)
      else {
        const { logProb, size } = naiveDensity(y, draw.row, draw.temperature, draw.tau)
        if (size < 1e37) expectWithin([actual[i]], [logProb], () => 1e-6 * size + 1e-6, `draw ${i}`)
      }
    }
  })

  fuzz('the given class wins', 300, casesOf(regimes, true), async (each) => {
    const { numClasses } = each
    const options = { ...optionsOf(each), invalidRows: 'mark' } as const
    const packed = packedLogits(each)
    const { classOffset = 0 } = options
    const indices = Int32Array.from(drawsOf(each), (_, i) => classOffset + ((i * 7) % numClasses))
    const { noise } = await sampler.gumbelGivenIndex(packed, indices, options)
    for (const { i, draw } of validDrawsOf(each, [])) {
      const mine = noise.subarray(i * numClasses, (i + 1) * numClasses)
      if (mine.every((value) => value === 0)) continue
      expect(mine.some(Number.isNaN), `draw ${i}: noise is NaN`).toBe(false)
      expect(classOffset + firstMaximum(draw.row, mine, draw.temperature), `draw ${i}`).toBe(indices[i])
    }
  })
})

describe('what leaves draws as they are, or changes them in a known way', () => {
  for (const [name, relation] of Object.entries(RELATIONS))
    fuzz(name, 350, changesOf(casesOf(regimes)), (change) => relation(sampler, change))
})
