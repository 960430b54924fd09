import { expect, test } from 'vitest'
import { type ContenderName, OWN } from '../../bench/contender'
import { markdownOf } from '../../bench/markdown'
import type { CaseResult, Report } from '../../bench/run'
import { TARGETS, targetRows } from '../../bench/targets'
import { CASES, shapeOf } from '../../bench/cases'

type Times = Partial<Record<ContenderName, number[]>>

function result(shape: string, times: Times, failures: Record<string, string> = {}): CaseResult {
  const [batchSize, numClasses] = shape.split('x').map(Number)
  const timings = Object.entries(times).map(([contender, gpu]) => ({
    contender,
    calls: 1,
    gpu,
    // The page's clock, which a ratio of GPU times must not read.
    wall: gpu.map(() => 1000),
  }))
  return { operation: 'sample', batchSize, numClasses, logits: 'normal', timings, failures }
}

function report(results: CaseResult[], more: Partial<Report> = {}): Report {
  return {
    format: 'gumbel-webgpu bench 2',
    date: '2026-01-01T00:00:00.000Z',
    userAgent: 'Chrome/1',
    adapter: { vendor: 'a vendor', architecture: '', device: '', description: '' },
    timestamps: true,
    contenders: { [OWN]: 'ours' },
    checks: {},
    overheads: [],
    hostOverheads: [],
    results,
    failures: {},
    ...more,
  }
}

const rowOf = (reports: Report[], name: string, against: string) =>
  targetRows(reports).find((row) => row.name === name && row.against === against)

test('every target is about cases that are run', () => {
  for (const { operation, shape, logits } of TARGETS)
    expect(
      CASES.some(
        (one) =>
          one.operation === operation && (!shape || shapeOf(one) === shape) && (!logits || one.logits === logits),
      ),
      `${operation} ${shape} ${logits}`,
    ).toBe(true)
})

test('a contender too slow for all rounds is compared in those that it had', () => {
  const times = { [OWN]: [2, 90, 90], 'jax-js': [10] }
  const row = rowOf([report([result('64x32768', times)])], 'sample [64, 32768] normal', 'jax-js')
  expect(row?.outcomes).toEqual([{ text: '0.20', met: true }])
})

test('a target compares with the sum of the times of those it names, round by round', () => {
  const times = { [OWN]: [6, 60, 7], argmax: [4, 40, 4], 'Philox alone': [6, 60, 6] }
  const row = rowOf([report([result('64x32768', times)])], 'sample [64, 32768] normal', 'argmax + Philox alone')
  expect(row).toMatchObject({ atMost: '0.70 x', outcomes: [{ text: '0.60', met: true }] })
  const slower = report([result('64x32768', { ...times, [OWN]: [8, 80, 8] })])
  expect(rowOf([slower], 'sample [64, 32768] normal', 'argmax + Philox alone')?.outcomes).toEqual([
    { text: '0.80', met: false },
  ])
})

test('where no shape is named the worst counts, and wrong draws meet nothing', () => {
  const results = [
    result('64x32768', { [OWN]: [1], tfjs: [4] }),
    result('1x131072', { [OWN]: [1], tfjs: [2] }),
    result('8x131072', { [OWN]: [1] }),
  ]
  const outcomes = (of: Report) => rowOf([of], 'sample of any shape', 'tfjs')?.outcomes
  expect(outcomes(report(results))).toEqual([{ text: '0.50', met: true }])
  const wrong = report(results, { checks: { [OWN]: [{ check: 'rows', draws: 1, p: 1e-9 }] } })
  expect(outcomes(wrong)).toEqual([{ text: '0.50', met: false }])
})

test('one browser is judged by targets of its own, beside another that is not', () => {
  const chromium = report([result('64x32768', { [OWN]: [2], argmax: [1] })])
  const firefox = report([result('64x32768', { [OWN]: [5], argmax: [4] })], { userAgent: 'Firefox/1' })
  expect(rowOf([chromium, firefox], 'sample [64, 32768] normal, Firefox', 'argmax')?.outcomes).toEqual([
    { text: '' },
    { text: '1.25', met: true },
  ])
})

test('the document has the targets, what was missed, and what did not compile', () => {
  const failed = result('131072x10', { [OWN]: [1] }, { 'jax-js': 'its kernel does not finish compiling' })
  const overhead = {
    logits: 'GPU buffer',
    emptyPass: 1,
    dispatch: 0.1,
    errorScopes: 0.1,
    recorded: 0.2,
    own: 0.25,
  } as const
  const text = markdownOf([report([failed], { hostOverheads: [overhead] })])
  expect(text).toContain('## Targets')
  expect(text).toContain('| sample [131072, 10] normal | jax-js | 0.40 x | not compiled |')
  expect(text).toContain('| sample() [1, 64], GPU buffer | an empty pass | + 0.20 ms | + 0.25 ms **missed** |')
  expect(text).toContain('| GPU buffer | 1.0 | + 0.10 | + 0.10 | + 0.20 | + 0.25 |')
  expect(markdownOf([report([])])).not.toContain('Targets')
})
