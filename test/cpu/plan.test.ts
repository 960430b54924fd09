import { describe, expect, test } from 'vitest'
import type { Limits } from '../../src/gpu/plan'
import { workgroupsOf } from '../../src/gpu/slices'
import type { Operation } from '../../src/operation'
import { concreteLogProb } from '../../src/operations/concrete_log_prob/operation'
import { gumbelGivenIndex } from '../../src/operations/gumbel_given_index/operation'
import { gumbelSoftmax } from '../../src/operations/gumbel_softmax/operation'
import { gumbelSoftmaxBackward } from '../../src/operations/gumbel_softmax_backward/operation'
import { noise } from '../../src/operations/noise/operation'
import { sample } from '../../src/operations/sample/operation'
import { IMAGINED, planned } from '../helpers/planned'
import { Random } from '../helpers/random'
import { expectCovered, expectSound } from '../helpers/sound_plans'

const MIB = 2 ** 20

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
      // What is kept of a row, and sums of its masses, fit any binding of a device.
      if (options && 'topK' in options) limits.bindingBytes = Math.max(2048, limits.bindingBytes!)
      if (options && 'method' in options)
        limits.bindingBytes = Math.max(512 * Math.ceil(numClasses / 64), limits.bindingBytes!)
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
        else if (kernel.name.endsWith('whole')) {
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
