import { type Case, type Operation, shapeOf } from './cases'
import { type ContenderName, OWN, PLAIN } from './contender'
import { adapterOf, ratio, verdictOf } from './figures'
import type { LogitsKind } from './logits'
import type { CaseResult, Report } from './run'

/** A most that this library's time may be, as a multiple of others' time on the same case. */
export interface Target {
  operation: Operation
  /** As batchSize x numClasses; where left out, the worst of all shapes and kinds of logits counts. */
  shape?: string
  logits?: LogitsKind
  /** Whose times are added. */
  against: readonly ContenderName[]
  atMost: number
  /** The browser that it is for, where not for all. */
  only?: 'Firefox'
}

/** Set for software adapters, SwiftShader first of all; the last one for lavapipe, which Firefox runs on. */
export const TARGETS: readonly Target[] = [
  target('sample', '64x32768', 'normal', ['argmax', 'Philox alone'], 0.7),
  target('sample', '64x32768', 'normal', ['jax-js'], 0.38),
  target('sample', '1x131072', 'normal', ['jax-js'], 0.38),
  target('sample', '64x32768', 'peaked', ['jax-js'], 0.28),
  target('sample', '1x131072', 'peaked', ['jax-js'], 0.28),
  target('sample', '8x131072', 'peaked', ['argmax'], 1.8),
  target('sample', '131072x10', 'normal', ['jax-js'], 0.4),
  target('sample', '1000000x4', 'normal', ['jax-js'], 0.4),
  target('gumbel-softmax', '64x32768', 'normal', ['jax-js'], 0.42),
  target('gumbel-softmax', '4096x1000', 'normal', ['jax-js'], 0.5),
  target('gumbel-softmax', '131072x10', 'normal', ['jax-js'], 0.35),
  target('gumbel-softmax-forward-backward', '4096x1000', 'normal', ['jax-js'], 0.55),
  { operation: 'sample-top-k-top-p', against: [PLAIN], atMost: 1 },
  target('sample-top-k-top-p', '16x131072', 'normal', ['tfjs'], 0.125),
  target('sample-top-k-top-p', '16x131072', 'normal', ['read back, JS'], 0.25),
  { operation: 'sample-top-k', against: [PLAIN], atMost: 2 },
  target('sample-top-p', '16x131072', 'peaked', [PLAIN], 1),
  target('sample-top-p', '16x131072', 'normal', [PLAIN], 2.5),
  target('sample-top-p', '64x32768', 'peaked', [PLAIN], 1),
  target('sample-top-p', '64x32768', 'normal', [PLAIN], 2.5),
  { operation: 'sample-min-p', against: [PLAIN], atMost: 2 },
  target('sample-many', '1x100', 'normal', ['tfjs'], 0.25),
  target('sample-many', '1x1000', 'normal', ['tfjs'], 0.25),
  target('tfjs-layer', '1920x10', 'normal', ['tfjs'], 0.15),
  target('tfjs-training-step', '1920x10', 'normal', ['tfjs'], 0.5),
  { operation: 'sample', against: ['tfjs'], atMost: 1 },
  { ...target('sample', '64x32768', 'normal', ['argmax'], 1.25), only: 'Firefox' },
]

/** Milliseconds that a call may take beyond the same submit and map of an empty pass. */
export const MOST_OVERHEAD_MS = 0.2

function target(
  operation: Operation,
  shape: string,
  logits: LogitsKind,
  against: readonly ContenderName[],
  atMost: number,
): Target {
  return { operation, shape, logits, against, atMost }
}

/** What a report says of one target. */
export interface Outcome {
  /** What was measured, in words; empty where it was not. */
  text: string
  /** Left out where there is nothing to compare. */
  met?: boolean
}

export interface TargetRow {
  name: string
  against: string
  atMost: string
  /** One a report. */
  outcomes: Outcome[]
}

/** The targets that any of the reports can say something of. */
export function targetRows(reports: Report[]): TargetRow[] {
  const rows = TARGETS.map((one) => ({
    name: nameOf(one),
    against: one.against.join(' + '),
    atMost: `${one.atMost.toFixed(2)} x`,
    outcomes: reports.map((report) => outcomeOf(one, report)),
  }))
  const overheads = ['host memory', 'GPU buffer'].map((logits) => ({
    name: `sample() [1, 64], ${logits}`,
    against: 'an empty pass',
    atMost: `+ ${MOST_OVERHEAD_MS.toFixed(2)} ms`,
    outcomes: reports.map((report) => overheadOf(report, logits)),
  }))
  return [...rows, ...overheads].filter(({ outcomes }) => outcomes.some(({ text }) => text))
}

export const targetHeader = (reports: Report[]) => ['case', 'against', 'at most', ...reports.map(adapterOf)]

function nameOf({ operation, shape, logits, only }: Target): string {
  const which = shape ? `[${shape.replace('x', ', ')}] ${logits}` : 'of any shape'
  return `${operation} ${which}${only ? `, ${only}` : ''}`
}

function outcomeOf(one: Target, report: Report): Outcome {
  if (one.only && !report.userAgent.includes(one.only)) return { text: '' }
  const matching = report.results.filter((result) => isOf(one, result))
  const ratios = matching.flatMap((result) => ratioOf(result, one.against) ?? [])
  if (ratios.length === 0) return { text: matching.map((result) => missingOf(result, one.against)).find(Boolean) ?? '' }
  const worst = hundredths(Math.max(...ratios))
  // A ratio of times says nothing for wrong draws.
  const right = verdictOf(report, OWN)?.right !== false
  return { text: worst.toFixed(2), met: worst <= one.atMost && right }
}

function isOf({ operation, shape, logits }: Target, one: Case): boolean {
  return one.operation === operation && (!shape || shapeOf(one) === shape) && (!logits || one.logits === logits)
}

function ratioOf({ timings }: CaseResult, against: readonly string[]): number | undefined {
  const find = (name: string) => timings.find(({ contender }) => contender === name)
  return ratio(find(OWN), ...against.map(find))
}

function missingOf({ failures }: CaseResult, against: readonly string[]): string {
  const why = against.map((name) => failures[name]).find(Boolean)
  return why ? (why.includes('compil') ? 'not compiled' : 'failed') : ''
}

function overheadOf({ hostOverheads }: Report, logits: string): Outcome {
  const found = hostOverheads.find((one) => one.logits === logits)
  return found ? { text: `+ ${found.own.toFixed(2)} ms`, met: hundredths(found.own) <= MOST_OVERHEAD_MS } : { text: '' }
}

/** As it is shown, so that what is shown is what is judged. */
const hundredths = (value: number) => Number(value.toFixed(2))
