import { type Case, OPERATIONS, OPERATION_NAMES } from './cases'
import { OWN } from './contender'
import { type Figures, adapterOf, failuresOf, figuresOf, verdictOf } from './figures'
import type { Report } from './run'

/** The tables of docs/benchmarks.md, a section a report. */
export function markdownOf(reports: Report[]): string {
  return reports.map(section).join('\n')
}

function section(report: Report): string {
  const { results, checks, overheads, contenders } = report
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

function table(header: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  const align = header.map((_, i) => (i === 0 ? '---' : '--:'))
  return [line(header), line(align), ...rows.map(line), '']
}
