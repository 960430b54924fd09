import { describe, expect, test } from 'vitest'
import type { Limits } from '../../src/gpu/plan'
import { sample } from '../../src/operations/sample/operation'
import { IMAGINED, dispatchesOf, planned } from '../helpers/planned'
import { expectCovered, expectSound } from '../helpers/sound_plans'

const MIB = 2 ** 20

const draw = (shape: Parameters<typeof planned>[1], place: object = {}, limits: Partial<Limits> = {}) =>
  planned(sample, shape, { logits: place, indices: {} }, limits)

describe('the plan of sample', () => {
  test.each<[string, Parameters<typeof planned>[1], number]>([
    ['a batch that fits', { batchSize: 64, numClasses: 131_072 }, 1],
    ['one row that fits exactly', { batchSize: 1, numClasses: 32 * MIB - 64 }, 1],
    ['one row past a binding', { batchSize: 1, numClasses: 32 * MIB }, 2],
    ['rows past a binding each', { batchSize: 3, numClasses: 100_000_003 }, 9],
    ['the longest row', { batchSize: 1, numClasses: 2 ** 31 }, 65],
    ['many samples of a row past a binding', { batchSize: 1, numClasses: 40 * MIB, numSamples: 30 }, 20],
  ])('is sound for %s', (_, shape, count) => {
    const each = draw(shape)
    expectSound(each)
    expectCovered(each, 'sample/draw', 'sample/draw_part')
    expect(dispatchesOf(each, 'sample/draw', 'sample/draw_part').length).toBe(count)
  })

  test('bounds the work of a dispatch: 120,000 draws of 20,000 classes are 18', () => {
    const each = draw({ batchSize: 1, numClasses: 20_000, numSamples: 120_000 })
    expect(each.plan.dispatches.length).toBe(18)
    for (const { work } of each.plan.dispatches) expect(work).toBeLessThanOrEqual(2 ** 27)
  })

  test('reads four logits at a time only where classes, stride and offset allow it', () => {
    const vectors = (numClasses: number, offset: number, rowStride: number, batchSize = 2) =>
      draw({ batchSize, numClasses }, { offset, rowStride }).plan.dispatches[0].kernel.modules['shared/logits_f32']
    expect(vectors(8, 4, 12)).toBe('shared/logits_f32x4')
    for (const [numClasses, offset, rowStride] of [
      [7, 4, 12],
      [8, 2, 12],
      [8, 4, 13],
    ])
      expect(vectors(numClasses, offset, rowStride)).toBeUndefined()
    // One row has no next one, so that its stride does not matter.
    expect(vectors(8, 4, 13, 1)).toBe('shared/logits_f32x4')
  })

  test('splits few long rows, and gives short rows few lanes', () => {
    const kernels = (batchSize: number, numClasses: number) =>
      draw({ batchSize, numClasses }).plan.dispatches.map(({ kernel }) => [kernel.name, kernel.constants.LANES])
    expect(kernels(1, 131_072).map(([name]) => name)).toEqual(['sample/draw_part', 'sample/draw_combine'])
    expect(kernels(2000, 16_384)).toEqual([['sample/draw', 64]])
    expect(kernels(100_000, 10)).toEqual([['sample/draw_short', 1]])
  })

  test('gives one short row many lanes on a GPU, and one on a software adapter', () => {
    const workgroupsOfRow = (numClasses: number, wide: boolean) =>
      draw({ batchSize: 1, numClasses }, {}, { wide }).plan.dispatches[0].kernel
    expect([64, 128, 136].map((numClasses) => workgroupsOfRow(numClasses, true).constants.LANES)).toEqual([8, 16, 32])
    expect([64, 128].map((numClasses) => workgroupsOfRow(numClasses, false).name)).toEqual(
      Array(2).fill('sample/draw_short'),
    )
    expect(workgroupsOfRow(136, false).constants.LANES).toBe(32)
  })

  test('gives rows lanes alone in small workgroups on a software adapter, where there are rows enough', () => {
    const shapeOf = (batchSize: number, numClasses: number, numSamples = 1) => {
      const { kernel, workgroups } = draw({ batchSize, numClasses, numSamples }, {}, { wide: false }).plan.dispatches[0]
      return [kernel.constants.LANES, kernel.constants.WORKGROUP, workgroups]
    }
    expect(shapeOf(32, 1000)).toEqual([1, 8, 4])
    expect(shapeOf(64, 1000)).toEqual([1, 16, 4])
    expect(shapeOf(16, 1000, 5)).toEqual([1, 16, 5])
    expect(shapeOf(4096, 1000)).toEqual([1, 64, 64])
    expect(shapeOf(16, 1000)).toEqual([16, 64, 4])
    expect(shapeOf(64, 16_392)).toEqual([4, 64, 4])
  })

  test('gives no lane more groups than llvmpipe runs loops for', () => {
    for (const wide of [true, false])
      for (const [batchSize, numClasses] of [
        [1, 30_000_000],
        [16, 2 ** 21],
        [2000, 2 ** 21],
        [2000, 300_000],
        [1, 300_000_000],
      ])
        for (const { kernel, params } of dispatchesOf(
          draw({ batchSize, numClasses }, {}, { wide }),
          'sample/draw',
          'sample/draw_part',
        )) {
          const sharing = kernel.name === 'sample/draw_part' ? 64 * params.parts! : kernel.constants.LANES
          expect(Math.ceil(params.classes! / 8) / sharing).toBeLessThanOrEqual(2049)
        }
  })
})

describe('the plan of sample with top-p', () => {
  const shape = { batchSize: 16, numClasses: 131_072 }
  const draws = (options: object, place: object = {}) =>
    dispatchesOf(planned(sample, { ...shape, ...options }, { logits: {}, indices: {}, ...place }), 'nucleus/draw')
      .length

  test('draws first where it stands alone in some row, and one draw is all that is asked for', () => {
    expect(draws({ topP: 0.9 })).toBe(4)
    expect(draws({ topP: 0.9, minP: 0.1, temperature: 0.7 })).toBe(4)
    expect(draws({ topP: 0.9, topK: Array.from({ length: 16 }, (_, r) => 50 * r) })).toBe(4)
    expect(draws({ topP: { buffer: IMAGINED } })).toBe(4)
    expect(draws({ topP: 0.9, topK: { buffer: IMAGINED } })).toBe(4)
    expect(draws({ topP: 0.9, topK: 50 })).toBe(0)
    expect(draws({ topP: 1, minP: 0.1 })).toBe(0)
    expect(draws({ topP: 0.9, numSamples: 2 })).toBe(0)
    expect(draws({ topP: 0.9, numClasses: 1000 })).toBe(0)
    expect(draws({ topP: 0.9 }, { logProbs: {} })).toBe(0)
    expect(draws({ topP: 0.9 }, { keptCounts: {} })).toBe(0)
  })

  test('splits rows where they are few, and gives no lane more blocks than llvmpipe takes', () => {
    for (const wide of [true, false])
      for (const [batchSize, numClasses] of [
        [1, 4096],
        [1, 131_072],
        [3, 2 ** 21],
        [500, 2 ** 20],
      ])
        for (const { kernel, params, workgroups } of dispatchesOf(
          planned(sample, { batchSize, numClasses, topP: 0.9 }, { logits: {}, indices: {} }, { wide }),
          'nucleus/draw',
          'nucleus/test',
        )) {
          expect(workgroups).toBe(params.rows! * params.totalParts!)
          const blocks = Math.ceil(Math.ceil(numClasses / 64) / params.totalParts!)
          expect(blocks / kernel.constants.LANES).toBeLessThanOrEqual(256)
          if (batchSize === 1 && numClasses > 4096) expect(params.totalParts).toBe(wide ? 32 : 4)
        }
  })
})

describe('the plan of sample by inverse-cdf', () => {
  const kernels = (shape: Parameters<typeof planned>[1], limits: Partial<Limits> = {}) =>
    draw({ method: 'inverse-cdf', ...shape }, {}, limits).plan.dispatches.map(({ kernel, workgroups }) => [
      kernel.name.replace('inverse_cdf/', ''),
      workgroups,
    ])

  test('adds up a long row in many workgroups, and makes two draws an invocation', () => {
    expect(kernels({ batchSize: 1, numClasses: 151_936, numSamples: 999 })).toEqual([
      ['filter/tops', 38],
      ['keep_all', 1],
      ['weigh', 38],
      ['add_blocks', 1],
      ['draw', 8],
    ])
  })

  test('has short rows brought together by a lane each', () => {
    expect(kernels({ batchSize: 6400, numClasses: 100 })).toEqual([
      ['filter/tops', 200],
      ['keep_all', 100],
      ['weigh', 200],
      ['add_blocks', 100],
      ['draw', 100],
    ])
  })

  test('adds up a row once for all its draws, and cuts draws at any number', () => {
    const names = kernels({ batchSize: 2, numClasses: 10, numSamples: 5 }, { work: 96 }).map(([name]) => name)
    const sums = ['filter/tops', 'keep_all', 'weigh', 'add_blocks']
    expect(names).toEqual([...sums, 'draw', 'draw', ...sums, 'draw', 'draw'])
    const each = draw({ batchSize: 1, numClasses: 10, numSamples: 5, method: 'inverse-cdf' }, {}, { work: 96 })
    expect(dispatchesOf(each, 'inverse_cdf/draw').map(({ params }) => [params.firstDraw, params.numSamples])).toEqual([
      [0, 3],
      [3, 2],
    ])
  })
})
