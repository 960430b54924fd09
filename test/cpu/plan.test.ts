import { describe, expect, test } from 'vitest'
import { type Plan, type Shape, planGumbelSoftmax, planSample, workgroups } from '../../src/webgpu/plan'
import { SCAN_BYTES } from '../../src/webgpu/record'
import { Random } from '../helpers/random'

const MIB = 2 ** 20

function shapeOf(shape: Partial<Shape> & Pick<Shape, 'batchSize' | 'numClasses'>): Shape {
  const rows = { offset: 0, rowStride: shape.numClasses }
  return { numSamples: 1, rows, maxBindingBytes: 128 * MIB, wide: true, ...shape }
}

/** Fails unless the slices lie in the buffer and in their bindings, and hold each class of each row once. */
function expectSound(shape: Shape, plan: Plan): void {
  const { batchSize, numClasses, numSamples, rows, maxBindingBytes } = shape
  const stride = batchSize === 1 ? numClasses : rows.rowStride
  const bufferBytes = 4 * (rows.offset + (batchSize - 1) * stride + numClasses)
  const vector = plan.logits === 'logits_f32x4'
  const problems: string[] = []
  const must = (holds: boolean, what: string) => {
    if (!holds) problems.push(what)
  }
  let next = { row: 0, classIndex: 0 }
  let part = 0
  for (const slice of plan.slices) {
    const { firstRow, firstClass, classes, bindingOffset, bindingSize, logitsOffset } = slice
    must(bindingOffset % 256 === 0, 'a binding begins at a multiple of 256 bytes')
    must(bindingSize <= maxBindingBytes, 'a binding is within the limit')
    must(bindingOffset + bindingSize <= bufferBytes, 'a binding ends within the buffer')
    const begin = rows.offset + firstRow * stride + firstClass
    must(bindingOffset / 4 + logitsOffset === begin, 'a slice begins at its first class')
    must(4 * (logitsOffset + (slice.rows - 1) * stride + classes) <= bindingSize, 'a slice ends within its binding')
    must(firstClass % 8 === 0, 'a part begins with a group of eight classes')
    must(slice.rows === 1 || classes === numClasses, 'rows are together only where they are whole')
    if (vector)
      must(
        [logitsOffset, stride, bindingSize / 4].every((n) => n % 4 === 0),
        'vectors are aligned',
      )

    must(firstRow === next.row && firstClass === next.classIndex, 'slices follow each other')
    next = { row: firstRow, classIndex: firstClass + classes }
    if (next.classIndex === numClasses) next = { row: firstRow + slice.rows, classIndex: 0 }

    if (firstClass === 0) part = 0
    must(slice.firstPart === part, 'parts follow each other')
    part += slice.parts
    must(part <= plan.totalParts, 'parts are counted')
    if (next.classIndex === 0) must(part === plan.totalParts, 'all parts are used')

    const draws = slice.rows * numSamples
    const count = plan.totalParts > 1 ? draws * slice.parts : Math.ceil((draws * plan.lanes) / 64)
    must(Math.max(...workgroups(count)) <= 65535, 'a dispatch is within the limit of workgroups')
    must(draws * plan.totalParts < 2 ** 32, 'parts are numbered in 32 bits')
  }
  must(next.row === batchSize && next.classIndex === 0, 'every row is drawn')
  const most = Math.max(...plan.slices.map((slice) => slice.rows))
  const partials = plan.totalParts === 1 ? 0 : most * numSamples * plan.totalParts * SCAN_BYTES
  must(partials <= 128 * MIB, 'what parts find fits a binding of any device')
  expect(problems).toEqual([])
}

describe('planSample', () => {
  test.each<[string, Shape, number]>([
    ['a batch that fits', shapeOf({ batchSize: 64, numClasses: 131_072 }), 1],
    ['one row that fits exactly', shapeOf({ batchSize: 1, numClasses: 32 * MIB - 64 }), 1],
    ['one row past a binding', shapeOf({ batchSize: 1, numClasses: 32 * MIB }), 2],
    ['rows past a binding each', shapeOf({ batchSize: 3, numClasses: 100_000_003 }), 9],
    ['the longest row', shapeOf({ batchSize: 1, numClasses: 2 ** 31 }), 65],
    ['many rows past a binding together', shapeOf({ batchSize: 4000, numClasses: 262_144 }), 32],
    ['a stride past a binding', shapeOf({ batchSize: 5, numClasses: 10, rows: { offset: 3, rowStride: 40 * MIB } }), 5],
    [
      'strides that add up to more than 2^32 elements',
      shapeOf({ batchSize: 100, numClasses: 50_257, rows: { offset: 0, rowStride: 50_257 * 1024 } }),
      100,
    ],
    ['more rows than workgroups in a dimension', shapeOf({ batchSize: 8 * MIB, numClasses: 3 }), 1],
    ['many samples of a row past a binding', shapeOf({ batchSize: 1, numClasses: 40 * MIB, numSamples: 10_000 }), 2],
    ['many samples', shapeOf({ batchSize: 1, numClasses: 131_072, numSamples: 2 ** 24 }), 1],
  ])('is sound for %s', (_, shape, slices) => {
    const plan = planSample(shape)
    expectSound(shape, plan)
    expect(plan.slices.length).toBe(slices)
  })

  test('is sound for 3000 random shapes, with bindings of any size', () => {
    const random = new Random(1)
    for (let round = 0; round < 3000; round++) {
      const multiple = random.pick([1, 4, 64])
      const numClasses = multiple * random.whole(1, random.pick([10, 1000, 100_000]))
      const rowStride = numClasses + multiple * random.whole(0, 100)
      const shape = shapeOf({
        batchSize: random.whole(1, random.pick([1, 10, 1000])),
        numClasses,
        numSamples: random.pick([1, random.whole(1, 50)]),
        rows: { offset: multiple * random.whole(0, 1000), rowStride },
        maxBindingBytes: 256 * random.pick([random.whole(512, 5000), 2 ** 19]),
      })
      try {
        expectSound(shape, planSample(shape))
      } catch (error) {
        throw new Error(JSON.stringify(shape), { cause: error })
      }
    }
  })

  test('reads four logits at a time only where classes, stride and offset allow it', () => {
    const logitsOf = (numClasses: number, offset: number, rowStride: number, batchSize = 2) =>
      planSample(shapeOf({ batchSize, numClasses, rows: { offset, rowStride } })).logits
    expect(logitsOf(8, 4, 12)).toBe('logits_f32x4')
    for (const [numClasses, offset, rowStride] of [
      [7, 4, 12],
      [8, 2, 12],
      [8, 4, 13],
    ])
      expect(logitsOf(numClasses, offset, rowStride)).toBe('logits_f32')
    // One row has no next one, so that its stride does not matter.
    expect(logitsOf(8, 4, 13, 1)).toBe('logits_f32x4')
  })

  test('splits few long rows, and gives short rows few lanes', () => {
    expect(planSample(shapeOf({ batchSize: 1, numClasses: 131_072 })).totalParts).toBeGreaterThan(1)
    expect(planSample(shapeOf({ batchSize: 2000, numClasses: 131_072 }))).toMatchObject({ totalParts: 1, lanes: 64 })
    expect(planSample(shapeOf({ batchSize: 100_000, numClasses: 10 }))).toMatchObject({ totalParts: 1, lanes: 1 })
  })

  test('gives one short row many lanes on a GPU, and one on a software adapter', () => {
    const lanesOf = (numClasses: number, wide: boolean) => planSample(shapeOf({ batchSize: 1, numClasses, wide })).lanes
    expect([64, 128, 136].map((numClasses) => lanesOf(numClasses, true))).toEqual([8, 16, 32])
    expect([64, 128, 136].map((numClasses) => lanesOf(numClasses, false))).toEqual([1, 1, 32])
  })
})

test('planGumbelSoftmax holds short rows, by vectors of four where a lane has one alone', () => {
  const heldOf = (numClasses: number, wide: boolean, batchSize = 100_000) => {
    const plan = planGumbelSoftmax(shapeOf({ batchSize, numClasses, wide }), false, Infinity)
    return [plan.lanes, plan.heldFours]
  }
  expect([4, 10, 16, 20].map((numClasses) => heldOf(numClasses, true))).toEqual([
    [1, 1],
    [1, 3],
    [1, 4],
    [2, 4],
  ])
  expect([29, 33].map((numClasses) => heldOf(numClasses, false))).toEqual([
    [1, 8],
    [1, 0],
  ])
  expect(heldOf(1000, true)).toEqual([64, 4])
  expect(heldOf(2000, true)).toEqual([64, 8])
  expect(heldOf(3000, true)).toEqual([64, 0])
})

test('workgroups counts in two dimensions', () => {
  expect(workgroups(1)).toEqual([1, 1])
  expect(workgroups(65_535)).toEqual([65_535, 1])
  expect(workgroups(65_536)).toEqual([65_535, 2])
})

test('no lane has more groups than llvmpipe runs loops for', () => {
  for (const wide of [true, false])
    for (const [batchSize, numClasses] of [
      [1, 30_000_000],
      [16, 2 ** 21],
      [2000, 2 ** 21],
      [2000, 300_000],
      [1, 300_000_000],
    ]) {
      const { lanes, totalParts, slices } = planSample(shapeOf({ batchSize, numClasses, wide }))
      for (const { classes, parts } of slices) {
        const sharing = totalParts > 1 ? 64 * parts : lanes
        expect(Math.ceil(classes / 8) / sharing).toBeLessThanOrEqual(2049)
      }
    }
})
