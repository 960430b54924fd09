import { type Case, OPERATIONS, OPERATION_NAMES } from './cases'
import { OWN } from './contender'
import { type Figures, adapterOf, failuresOf, figuresOf, verdictOf } from './figures'
import type { Report } from './run'
import { type Outcome, targetHeader, targetRows } from './targets'

/** The tables of docs/benchmarks.md: the targets, and a section a report. */
export function markdownOf(reports: Report[]): string {
  return [...targets(reports), ...reports.map(section)].join('\n')
}

function targets(reports: Report[]): string[] {
  const rows = targetRows(reports)
  if (rows.length === 0) return []
  const cells = rows.map(({ name, against, atMost, outcomes }) => [name, against, atMost, ...outcomes.map(outcome)])
  const what = `Time of ${OWN} over that of others, their times added where there are two.`
  return ['## Targets', '', what, '', ...table(targetHeader(reports), cells, 2)]
}

function outcome({ text, met }: Outcome): string {
  return met === undefined ? text : `${text} ${met ? 'met' : '**missed**'}`
}

function section(report: Report): string {
  const { results, checks, overheads, hostOverheads, contenders } = report
  const names = Object.keys(contenders)
  const lines = [`## ${adapterOf(report)}`, '', `${report.date.slice(0, 10)}, ${clock(report)}.`, '']

  if (Object.keys(checks).length > 0) {
    lines.push('### Whether the draws are right', '')
    for (const name of Object.keys(checks)) {
      const verdict = verdictOf(report, name)
      lines.push(`- ${verdict?.right ? 'right' : '**wrong**'}, ${name}: ${verdict?.why}`)
    }
    lines.push('')
  }
  if (overheads.length > 0) {
    lines.push('### Overhead of a call, [1, 64], ms', '')
    lines.push(
      ...table(
        ['', 'queued', 'read back', 'encode', 'submit', 'map'],
        overheads.map(({ contender, queued, roundTrip, phases }) => [
          contender,
          ...[queued, roundTrip, phases?.encode, phases?.submit, phases?.map].map(digits),
        ]),
      ),
    )
  }
  if (hostOverheads.length > 0) {
    lines.push('### A call that is read back, [1, 64], beyond an empty pass, ms', '')
    lines.push(
      ...table(
        ['logits in', 'empty pass', '+ a dispatch', '+ error scopes', `${OWN}: encodeSample()`, 'sample()'],
        hostOverheads.map(({ logits, emptyPass, ...beyond }) => [
          logits,
          digits(emptyPass),
          ...[beyond.dispatch, beyond.errorScopes, beyond.recorded, beyond.own].map((ms) => `+ ${ms.toFixed(2)}`),
        ]),
      ),
    )
  }
  for (const operation of OPERATION_NAMES) {
    const cases = results.filter((result) => result.operation === operation)
    const rows = cases.map(figuresOf)
    const taking = names.filter((name) => rows.flat().some(({ contender }) => contender === name))
    if (taking.length === 0) continue
    lines.push(`### ${operation}: ${OPERATIONS[operation].about}`, '')
    lines.push(`ns a logit, and in brackets the time over that of ${OWN}.`, '')
    const header = ['shape, logits', ...taking]
    lines.push(
      ...table(
        header,
        cases.map((one, i) => [shapeAndLogits(one), ...taking.map((name) => cell(rows[i], name))]),
      ),
    )
  }
  const failed = failuresOf(report)
  if (failed.length > 0) lines.push('### What failed', '', ...failed.map((each) => `- ${each}`), '')
  return lines.join('\n')
}

function clock({ timestamps }: Report): string {
  return timestamps ? 'GPU time by timestamps where a contender computes on the GPU' : 'time by the clock of the page'
}

function shapeAndLogits({ batchSize, numClasses, logits }: Case): string {
  return `[${batchSize}, ${numClasses}] ${logits}`
}

function cell(figures: Figures[], name: string): string {
  const found = figures.find(({ contender }) => contender === name)
  if (!found) return ''
  const ratio = name === OWN || !found.toOwn ? '' : ` (${digits(found.toOwn)})`
  return digits(found.nsPerElement) + ratio
}

export function digits(value: number | undefined): string {
  if (value === undefined) return ''
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(value < 0.1 ? 1 : 2)
}

function table(header: string[], rows: string[][], words = 1): string[] {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  const align = header.map((_, i) => (i < words ? '---' : '--:'))
  return [line(header), line(align), ...rows.map(line), '']
}
