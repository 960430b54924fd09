import { describe, expect, test } from 'vitest'
import { bindingsOf } from '../../src/gpu/bindings'
import { type Kernel, sourceOf } from '../../src/gpu/kernel'
import type { Limits } from '../../src/gpu/plan'
import { workgroupsOf } from '../../src/gpu/slices'
import type { Operation } from '../../src/operation'
import { concreteLogProb } from '../../src/operations/concrete_log_prob/operation'
import { gumbelGivenIndex } from '../../src/operations/gumbel_given_index/operation'
import { gumbelSoftmax } from '../../src/operations/gumbel_softmax/operation'
import { gumbelSoftmaxBackward } from '../../src/operations/gumbel_softmax_backward/operation'
import { noise } from '../../src/operations/noise/operation'
import { sample } from '../../src/operations/sample/operation'
import { IMAGINED, type Planned, dispatchesOf, planned } from '../helpers/planned'
import { Random } from '../helpers/random'

const MIB = 2 ** 20
/** WebGPU's default for storage buffers of a compute shader, its uniforms apart. */
const STORAGE_BUFFERS = 8

/** Where the first row of a view begins in its binding, by the binding's name: the field of Params. */
const BEGINS: Record<string, string> = {
  logits: 'logitsOffset',
  indices: 'indexOffset',
  given_indices: 'indexOffset',
  log_probs: 'logProbOffset',
  scores: 'scoreOffset',
  statuses: 'statusOffset',
  grad_tau: 'gradTauOffset',
  grad_temperature: 'gradTemperatureOffset',
  densities: 'indexOffset',
  rows_in: 'rowsInOffset',
  soft_samples: 'softOffset',
  rows_out: 'rowsOutOffset',
  sums: 'rowsOutOffset',
  kept_out: 'rowsOutOffset',
  bias: 'biasOffset',
  bitmask: 'bitmaskOffset',
  tokens: 'tokensOffset',
  row_penalties: 'penaltyOffset',
  row_penalties_out: 'penaltyOffset',
  lengths_in: 'lengthsOffset',
  told: 'statusOffset',
}

/** What the linked WGSL of a kernel declares. */
interface Declared {
  /** Names of bindings, in order, as one text. */
  bindings: string
  count: number
  rowSettings: boolean
  /** Workgroups of any size, rather than of 64 lanes. */
  anyWorkgroup: boolean
}

const linked = new Map<string, Declared>()

function declaredBy({ name, modules }: Kernel): Declared {
  const key = JSON.stringify([name, modules])
  let declared = linked.get(key)
  if (!declared) {
    const source = sourceOf({ name, modules })
    const names = [...bindingsOf(source).keys()]
    declared = {
      bindings: names.toSorted().join(),
      count: names.length,
      rowSettings: names.includes('row_settings'),
      anyWorkgroup: source.includes('@workgroup_size(WORKGROUP)'),
    }
    linked.set(key, declared)
  }
  return declared
}

/** Fails unless each dispatch binds what its kernel declares, within limits and buffers, where Params says that it begins. */
function expectSound({ plan, views, limits, options }: Planned): void {
  const problems = new Set<string>()
  const must = (holds: boolean, what: () => string) => {
    if (!holds) problems.add(what())
  }
  for (const { kernel, params, bindings, workgroups, work } of plan.dispatches) {
    if (problems.size > 0) break
    const declared = declaredBy(kernel)
    const bound = ['params', ...Object.keys(bindings), ...(declared.rowSettings ? ['row_settings'] : [])]
    must(declared.bindings === bound.toSorted().join(), () => `${kernel.name} binds what it declares`)
    must(declared.count - 1 <= STORAGE_BUFFERS, () => `${kernel.name} has few bindings`)
    must(Math.max(...workgroupsOf(workgroups)) <= 65535, () => 'a dispatch is within the limit of workgroups')
    const lanes = kernel.constants.WORKGROUP ?? 64
    must(lanes === 64 || declared.anyWorkgroup, () => `${kernel.name} has workgroups of ${lanes}`)
    for (const [name, value] of Object.entries(params))
      must(Number.isInteger(value) && value >= 0 && value < 2 ** 32, () => `${name} is a word`)
    const { rows = 0, numSamples = 0 } = params
    must(work <= limits.work || rows * numSamples === 1, () => 'a dispatch is bounded by work')
    for (const [name, { of, offset, size }] of Object.entries(bindings)) {
      must(offset % 256 === 0, () => `${name} begins at a multiple of 256 bytes`)
      must(size > 0 && size <= limits.bindingBytes, () => `${name} is within the limit of a binding`)
      const view = views[of]
      if (!view) {
        must(offset + size <= plan.scratch[of], () => `${name} lies within the scratch buffer ${of}`)
        continue
      }
      const bytes = view.type.endsWith('float16') ? 2 : 4
      const perRow = view.per === 'row' ? 1 : options.numSamples
      const first = params.firstRow! * perRow + (view.per === 'draw' ? params.firstDraw! : 0)
      const count = rows * (view.per === 'draw' ? numSamples : 1)
      const column = of === 'logits' ? params.classOffset! : 0
      const columns = of === 'logits' ? params.classes! : view.columns
      const begin = view.offset + first * view.rowStride + column
      must(begin === offset / bytes + params[BEGINS[name] as 'indexOffset']!, () => `${name} begins where Params says`)
      const end = bytes * (begin + (count - 1) * view.rowStride + columns)
      must(end <= offset + size && offset + size < end + 4, () => `${name} ends with its last row`)
    }
  }
  expect([...problems]).toEqual([])
}

/** Fails unless the dispatches of these kernels go through every class of every draw once, in order. */
function expectCovered(each: Planned, ...kernels: string[]): void {
  const { batchSize, numClasses, numSamples } = each.options
  let next = { row: 0, draw: 0, class: 0 }
  for (const { params } of dispatchesOf(each, ...kernels)) {
    const first = { row: params.firstRow, draw: params.firstDraw, class: params.classOffset }
    // `expect` is slow, and there are many.
    if (first.row !== next.row || first.draw !== next.draw || first.class !== next.class) expect(first).toEqual(next)
    const { rows = 0, numSamples: draws = 0, classes = 0 } = params
    if (next.class + classes < numClasses) {
      if (rows !== 1) expect(rows).toBe(1)
      next = { ...next, class: next.class + classes }
    } else if (next.draw + draws < numSamples) {
      if (rows !== 1) expect(rows).toBe(1)
      next = { ...next, draw: next.draw + draws, class: 0 }
    } else next = { row: next.row + rows, draw: 0, class: 0 }
  }
  expect(next).toEqual({ row: batchSize, draw: 0, class: 0 })
}

/** Each operation with all that it may write, and with as little, and the kernels that go through its classes. */
const OPERATIONS: Record<string, { operation: Operation; views: string[]; draws: string[]; options?: object }> = {
  sample: {
    operation: sample,
    views: ['logits', 'indices', 'logProbs', 'scores', 'statuses'],
    draws: ['sample/draw', 'sample/draw_short', 'sample/draw_part'],
  },
  'sample of indices alone': {
    operation: sample,
    views: ['logits', 'indices'],
    draws: ['sample/draw', 'sample/draw_short', 'sample/draw_part'],
  },
  'sample with filters': {
    operation: sample,
    views: ['logits', 'indices', 'logProbs', 'scores', 'statuses', 'keptCounts', 'keptLogits', 'keptClasses'],
    draws: ['filter/draw_wide'],
    options: { topK: 1000, topP: 0.9 },
  },
  'sample with top-p': {
    operation: sample,
    views: ['logits', 'indices', 'scores', 'statuses'],
    draws: ['filter/draw_wide'],
    options: { topP: 0.9 },
  },
  'sample with bias and bitmask': {
    operation: sample,
    views: ['logits', 'indices', 'logProbs', 'scores', 'statuses', 'bias', 'bitmask'],
    draws: ['sample/draw', 'sample/draw_short', 'sample/draw_part'],
  },
  'sample with penalties': {
    operation: sample,
    views: ['logits', 'indices', 'bias', 'bitmask', 'statuses'],
    draws: ['sample/draw', 'sample/draw_short', 'sample/draw_part'],
    options: {
      penalties: {
        tokens: { buffer: IMAGINED, offset: 7, length: 21, rowStride: 30 },
        lengths: { buffer: IMAGINED, offset: 3 },
        promptLengths: { buffer: IMAGINED },
      },
    },
  },
  'sample by inverse-cdf': {
    operation: sample,
    views: ['logits', 'indices', 'logProbs', 'statuses'],
    draws: ['inverse_cdf/draw'],
    options: { method: 'inverse-cdf' },
  },
  'sample by inverse-cdf with filters': {
    operation: sample,
    views: ['logits', 'indices', 'logProbs', 'statuses', 'keptCounts', 'keptLogits', 'keptClasses'],
    draws: ['inverse_cdf/draw'],
    options: { method: 'inverse-cdf', topK: 1000, topP: 0.9 },
  },
  'gumbelSoftmax soft': {
    operation: gumbelSoftmax,
    views: ['logits', 'samples', 'indices', 'logProbs', 'statuses'],
    draws: ['gumbel_softmax/held', 'gumbel_softmax/long', 'gumbel_softmax/part'],
  },
  'gumbelSoftmax hard': {
    operation: gumbelSoftmax,
    views: ['logits', 'samples', 'indices', 'logProbs', 'statuses'],
    options: { hard: true },
    draws: ['gumbel_softmax/hard', 'gumbel_softmax/hard_short', 'sample/draw_part'],
  },
  'gumbelSoftmax of samples alone': {
    operation: gumbelSoftmax,
    views: ['logits', 'samples'],
    draws: ['gumbel_softmax/held', 'gumbel_softmax/long', 'gumbel_softmax/part'],
  },
  gumbelSoftmaxBackward: {
    operation: gumbelSoftmaxBackward,
    views: ['logits', 'gradSamples', 'gradLogits', 'gradTau', 'gradTemperature', 'statuses'],
    draws: ['gumbel_softmax_backward/whole', 'gumbel_softmax_backward/part'],
  },
  'gumbelSoftmaxBackward of logits alone': {
    operation: gumbelSoftmaxBackward,
    views: ['logits', 'gradSamples', 'gradLogits'],
    draws: ['gumbel_softmax_backward/whole', 'gumbel_softmax_backward/part'],
  },
  'gumbelSoftmaxBackward from samples': {
    operation: gumbelSoftmaxBackward,
    views: ['logits', 'gradSamples', 'samples', 'gradLogits', 'gradTau', 'gradTemperature', 'statuses'],
    draws: ['gumbel_softmax_backward/whole'],
  },
  'gumbelSoftmaxBackward from log-samples': {
    operation: gumbelSoftmaxBackward,
    views: ['logits', 'gradSamples', 'samples', 'gradLogits', 'gradTau', 'gradTemperature', 'statuses'],
    draws: ['gumbel_softmax_backward/whole'],
    options: { logSamples: true },
  },
  concreteLogProb: {
    operation: concreteLogProb,
    views: ['logits', 'samples', 'densities'],
    draws: ['concrete_log_prob/density'],
  },
  noise: { operation: noise, views: ['noise'], draws: ['noise/generate'], options: { kind: 'gumbel' } },
  gumbelGivenIndex: {
    operation: gumbelGivenIndex,
    views: ['logits', 'indices', 'noise', 'statuses'],
    draws: ['gumbel_given_index/given_noise'],
  },
}

describe.each(Object.entries(OPERATIONS))('the plan of %s', (_, { operation, views, draws, options }) => {
  const places = (place: object = {}) => Object.fromEntries(views.map((name) => [name, place]))

  test('is sound for 40 random shapes, with bindings and work of any size', () => {
    const random = new Random(1)
    for (let round = 0; round < 40; round++) {
      const multiple = random.pick([1, 4, 64])
      const numClasses = multiple * random.whole(1, random.pick([10, 1000, 20_000]))
      const settings = random.pick([{}, { temperature: 0.5 }, { tail: 'extended' }])
      const batchSize = random.whole(1, random.pick([1, 10, 200]))
      const shape = {
        ...settings,
        batchSize,
        numClasses,
        numSamples: random.pick([1, random.whole(1, 50), random.whole(1, 3000)]),
        ...options,
        ...(random.pick([true, false]) ? { seed: Array.from({ length: batchSize }, (_, r) => r) } : {}),
      }
      const limits: Partial<Limits> = {
        bindingBytes: 256 * random.pick([Math.ceil(numClasses / 64) + random.whole(1, 5000), 2 ** 19]),
        work: random.pick([1, random.whole(1, 100_000), 2 ** 27]),
        subgroups: random.pick([true, false]),
        wide: random.pick([true, false]),
      }
      const rowStride = numClasses + multiple * random.whole(0, 100)
      const strided = { offset: multiple * random.whole(0, 1000), rowStride }
      const type = random.pick(['float32', 'float16', 'bfloat16'])
      const packed = { offset: random.whole(0, 1000) }
      const rows = new Set(['logits', 'samples', 'gradSamples', 'gradLogits', 'noise', 'bias', 'bitmask'])
      const at = Object.fromEntries(
        views.map((name) => [name, rows.has(name) ? (name === 'logits' ? { ...strided, type } : strided) : packed]),
      )
      // Where many dispatches are planned, only some rounds are looked at whole.
      if (batchSize * shape.numSamples * numClasses > 300 * limits.work!) continue
      // What is kept of a row fits any binding of a device.
      if (options && 'topK' in options) limits.bindingBytes = Math.max(2048, limits.bindingBytes!)
      const each = planned(operation, shape, at, limits)
      try {
        expectSound(each)
        expectCovered(each, ...draws)
      } catch (error) {
        throw new Error(JSON.stringify({ shape, limits, at }), { cause: error })
      }
    }
  })

  test.each<[string, Parameters<typeof planned>[1], object]>([
    ['rows past a binding together', { batchSize: 4000, numClasses: 50_257 }, {}],
    ['a stride past a binding', { batchSize: 5, numClasses: 10 }, { offset: 4, rowStride: 40 * MIB }],
    ['strides past 2^32 elements', { batchSize: 100, numClasses: 50_257 }, { rowStride: 50_257 * 1024 }],
    ['more rows than workgroups in a dimension', { batchSize: 8 * MIB, numClasses: 3 }, {}],
    ['draws past a binding', { batchSize: 3, numClasses: 20_000, numSamples: 120_000 }, {}],
  ])('is sound for %s', (_, shape, place) => {
    const rows = new Set(['logits', 'samples', 'gradSamples', 'gradLogits', 'noise'])
    const at = Object.fromEntries(views.map((name) => [name, rows.has(name) ? place : {}]))
    for (const wide of [true, false]) {
      const each = planned(operation, { ...shape, ...options }, at, { wide })
      expectSound(each)
      expectCovered(each, ...draws)
    }
  })

  test('refuses by name rows that do not fit a binding', () => {
    const plan = () => planned(operation, { batchSize: 1, numClasses: 40 * MIB, ...options }, places())
    if (options && 'method' in options)
      expect(plan).toThrow("numClasses is 41943040; beside method 'inverse-cdf' it must be at most 2097152")
    else if (options && ('topK' in options || 'topP' in options))
      expect(plan).toThrow(/^numClasses is 41943040; beside top[KP] it must be at most 2097152/)
    else if (operation === sample && !views.includes('bias')) expect(plan).not.toThrow()
    else expect(plan).toThrow(/^numClasses is 41943040; a row of \w+ must fit 134217728 bytes on this device/)
  })
})

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

test('gradients go through few enough draws a task that llvmpipe ends no loop', () => {
  const views = { logits: {}, gradSamples: {}, gradLogits: {} }
  for (const wide of [true, false])
    for (const [batchSize, numClasses, numSamples] of [
      [1, 10, 1_000_000],
      [4, 1024, 10_752],
      [3000, 100, 20_000],
      [1, 200_000, 5000],
    ]) {
      const each = planned(gumbelSoftmaxBackward, { batchSize, numClasses, numSamples }, views, { wide })
      expectSound(each)
      for (const { kernel, params } of each.plan.dispatches) {
        const { parts = 1, numSamples: draws = 1 } = params
        if (kernel.name.endsWith('sum_parts')) expect(parts).toBeLessThanOrEqual(2 ** 15)
        else if (kernel.name.endsWith('held') || kernel.name.endsWith('long')) {
          const groups = Math.max(1, Math.ceil(numClasses / 8 / kernel.constants.LANES))
          expect(Math.ceil(draws / parts) * groups).toBeLessThanOrEqual(2048)
        } else if (kernel.name.endsWith('finish'))
          expect(draws * Math.ceil(numClasses / 8 / (64 * parts))).toBeLessThanOrEqual(2048)
      }
    }
})

test('gumbelSoftmax holds short rows, by vectors of four where a lane has one alone', () => {
  const held = (numClasses: number, wide: boolean, batchSize = 100_000) => {
    const each = planned(gumbelSoftmax, { batchSize, numClasses }, { logits: {}, samples: {} }, { wide })
    const { name, constants } = each.plan.dispatches[0].kernel
    return [constants.LANES, name === 'gumbel_softmax/held' ? constants.FOURS : 0]
  }
  expect([4, 10, 16, 20].map((numClasses) => held(numClasses, true))).toEqual([
    [1, 1],
    [1, 3],
    [1, 4],
    [2, 4],
  ])
  expect([29, 33].map((numClasses) => held(numClasses, false))).toEqual([
    [1, 8],
    [1, 0],
  ])
  // Kernels that hold four groups take software adapters long to compile.
  expect([16, 17, 29].map((numClasses) => held(numClasses, false, 1000))).toEqual([
    [1, 4],
    [1, 0],
    [1, 0],
  ])
  expect([32, 256].map((numClasses) => held(numClasses, false, 2))).toEqual([
    [4, 2],
    [32, 2],
  ])
  expect(held(1000, false, 12)).toEqual([32, 0])
  expect(held(1000, true)).toEqual([64, 4])
  expect(held(2000, true)).toEqual([64, 8])
  expect(held(3000, true)).toEqual([64, 0])
})

test('workgroups are counted in two dimensions', () => {
  expect(workgroupsOf(1)).toEqual([1, 1])
  expect(workgroupsOf(65_535)).toEqual([65_535, 1])
  expect(workgroupsOf(65_536)).toEqual([65_535, 2])
})
