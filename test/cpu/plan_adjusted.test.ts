import { describe, expect, test } from 'vitest'
import { sample } from '../../src/operations/sample/operation'
import { IMAGINED, planned } from '../helpers/planned'
import { expectSound } from '../helpers/sound_plans'

type Views = Parameters<typeof planned>[2]

const SHAPE = { batchSize: 4000, numClasses: 5000 }
const DRAW: Views = { logits: {}, indices: {} }
const BOTH: Views = { bias: {}, bitmask: { rowStride: 0 } }
const EVERYTHING: Views = { scores: {}, statuses: {}, remainders: {}, maxima: {}, sums: {} }

/** Names of the kernels of a call, and of the modules that they read logits with. */
function kernelsOf(views: Views, options: object = {}, limits: object = {}) {
  const each = planned(sample, { ...SHAPE, ...options }, views, limits)
  expectSound(each)
  return each.plan.dispatches.map(({ kernel }) => ({ name: kernel.name, logits: kernel.modules['shared/logits'] }))
}

const namesOf = (...args: Parameters<typeof kernelsOf>) => kernelsOf(...args).map(({ name }) => name)

describe('draws read logits with a bias and a bitmask', () => {
  test('and nothing is written before them', () => {
    expect(kernelsOf({ ...DRAW, ...BOTH })).toEqual([{ name: 'sample/draw', logits: 'adjust/logits' }])
    expect(namesOf({ ...DRAW, ...BOTH, statuses: {} })).toEqual(['sample/draw', 'adjust/find_taker'])
    expect(namesOf({ ...DRAW, bitmask: {} }, { topP: 0.9 })).not.toContain('adjust/adjust')
    expect(kernelsOf(DRAW)).toEqual([{ name: 'sample/draw', logits: undefined }])
  })

  test('and the few logits that penalties change, which are written before them', () => {
    const penalties = { tokens: { buffer: IMAGINED, length: 3 }, lengths: { buffer: IMAGINED } }
    const draws = [
      'adjust/clear',
      'adjust/lengths',
      'adjust/count',
      'adjust/penalize',
      'sample/draw',
      'adjust/find_taker',
    ]
    for (const views of [DRAW, { ...DRAW, ...BOTH }])
      expect(namesOf({ ...views, statuses: {} }, { batchSize: 1000, penalties })).toEqual(draws)
  })

  test('but raw log-probabilities are of logits as they are given', () => {
    const kernels = kernelsOf({ ...DRAW, ...BOTH, logProbs: { of: 'raw' }, topIndices: {}, topLogProbs: { count: 4 } })
    const [draw, ...others] = kernels
    expect(draw).toEqual({ name: 'sample/draw', logits: 'adjust/logits' })
    expect(others.map(({ name }) => name)).toContain('log_probs/write_top')
    expect(others.filter(({ logits }) => logits)).toEqual([])
  })
})

describe('a pass adjusts rows before they are drawn from', () => {
  const expectPass = (...args: Parameters<typeof kernelsOf>) => {
    const [first, ...others] = kernelsOf(...args)
    expect(first).toEqual({ name: 'adjust/adjust', logits: 'adjust/logits' })
    expect(others.filter(({ name, logits }) => logits && !name.startsWith('adjust/'))).toEqual([])
  }

  test('where the kernels that draw would have more bindings than a device must take', () => {
    expect(namesOf({ ...DRAW, ...EVERYTHING, bitmask: {} })[0]).toBe('sample/draw')
    expectPass({ ...DRAW, ...EVERYTHING, ...BOTH })
    const temperature = Array<number>(SHAPE.batchSize).fill(0.5)
    expectPass({ ...DRAW, ...EVERYTHING, bitmask: {} }, { temperature })
  })

  test('where rows are read in pieces', () => {
    expectPass({ ...DRAW, ...BOTH }, {}, { work: 3000 })
  })

  test('where top-p alone would add a bias again and again', () => {
    expectPass({ ...DRAW, bias: {} }, { topP: 0.9 })
    expect(namesOf({ ...DRAW, bias: {} }, { topP: 0.9, topK: 50 })[0]).toBe('filter/tops')
  })
})
