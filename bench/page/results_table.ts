import { OWN } from '../contender'
import { type Figures, adapterOf, failuresOf, figuresOf, verdictOf } from '../figures'
import { digits } from '../markdown'
import type { Report } from '../run'
import { targetHeader, targetRows } from '../targets'
import { type Cell, byId, element, tableOf } from './dom'

interface Row extends Figures {
  device: string
  verdict?: { right: boolean; why: string }
}

interface Column {
  name: string
  about?: string
  value(row: Row): number | string | undefined
  show(row: Row): string
}

const percent = (value?: number) => (value === undefined ? '' : `${Math.round(100 * value)}%`)

const COLUMNS: Column[] = [
  { name: 'rows', value: (row) => row.batchSize, show: (row) => row.batchSize.toLocaleString('en') },
  { name: 'classes', value: (row) => row.numClasses, show: (row) => row.numClasses.toLocaleString('en') },
  { name: 'logits', value: (row) => row.logits, show: (row) => row.logits },
  { name: 'contender', value: (row) => row.contender, show: (row) => row.contender },
  {
    name: 'draws',
    about: 'whether chi-squared finds the draws right',
    value: (row) => (row.verdict ? Number(row.verdict.right) : undefined),
    show: ({ verdict }) => (verdict ? (verdict.right ? '✓ right' : '✗ wrong') : ''),
  },
  { name: 'ms', about: 'median time of a call', value: (row) => row.ms, show: (row) => digits(row.ms) },
  { name: '±', about: 'half the quartiles’ distance', value: (row) => row.spread, show: (row) => percent(row.spread) },
  { name: 'clock', about: 'the GPU’s, or the page’s', value: (row) => row.clock, show: (row) => row.clock },
  {
    name: 'G logits/s',
    value: (row) => row.elementsPerSecond,
    show: (row) => digits(row.elementsPerSecond / 1e9),
  },
  {
    name: 'GB/s',
    about: 'least read and written',
    value: (row) => row.gbPerSecond,
    show: (row) => digits(row.gbPerSecond),
  },
  { name: 'of copy', about: 'that, over the copy’s', value: (row) => row.ofCopy, show: (row) => percent(row.ofCopy) },
  { name: '× floor', about: 'time over the floor’s', value: (row) => row.toFloor, show: (row) => digits(row.toFloor) },
  { name: '× ours', about: `time over that of ${OWN}`, value: (row) => row.toOwn, show: (row) => digits(row.toOwn) },
]

const DEVICE: Column = { name: 'device', value: (row) => row.device, show: (row) => row.device }

let sorting: { column: string; descending: boolean } | undefined

/** Shows one operation of all reports, as rows of a table that its headings sort. */
export function showTable(reports: Report[], operation: string): void {
  const rows: Row[] = reports.flatMap((report) =>
    report.results
      .filter((result) => result.operation === operation)
      .flatMap(figuresOf)
      .map((figures) => ({
        ...figures,
        device: adapterOf(report),
        verdict: verdictOf(report, figures.contender),
      })),
  )
  const place = byId('table')
  place.replaceChildren()
  if (rows.length === 0) return
  const columns = reports.length > 1 ? [...COLUMNS, DEVICE] : COLUMNS
  const by = columns.find(({ name }) => name === sorting?.column)
  if (by)
    rows.sort((a, b) => (sorting?.descending ? compare(by.value(b), by.value(a)) : compare(by.value(a), by.value(b))))

  const headings = columns.map(({ name, about = '' }) => {
    const button = element('button', { type: 'button', title: about }, name)
    button.addEventListener('click', () => {
      sorting = { column: name, descending: sorting?.column === name && !sorting.descending }
      showTable(reports, operation)
    })
    return button
  })
  const table = tableOf(
    headings,
    rows.map((row) => columns.map((column) => cellOf(row, column))),
  )
  table.querySelectorAll('th').forEach((heading, i) => {
    heading.classList.toggle('text', isText(columns[i]))
    if (columns[i] === by) heading.setAttribute('aria-sort', sorting?.descending ? 'descending' : 'ascending')
  })
  table.querySelectorAll('tbody tr').forEach((row, i) => row.classList.toggle('own', rows[i].contender === OWN))
  place.append(table)
}

const isText = ({ name }: Column) => ['logits', 'contender', 'draws', 'clock', 'device'].includes(name)

function cellOf(row: Row, column: Column): Cell {
  const isWrong = column.name === 'draws' && row.verdict?.right === false
  const className = [isText(column) ? 'text' : '', isWrong ? 'wrong' : ''].join(' ')
  return { text: column.show(row), title: column.name === 'draws' ? row.verdict?.why : '', className }
}

/** What is not known comes last either way. */
function compare(a: number | string | undefined, b: number | string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  return typeof a === 'string' || typeof b === 'string' ? String(a).localeCompare(String(b)) : a - b
}

/** What belongs to a report as a whole: its targets, its checks, its overheads and what failed. */
export function showNotes(reports: Report[]): void {
  const targets = targetRows(reports).map(({ name, against, atMost, outcomes }) => [
    { text: name },
    { text: against, className: 'text' },
    { text: atMost },
    ...outcomes.map(({ text, met }) => ({
      text: met === undefined ? text : `${met ? '✓' : '✗'} ${text}`,
      className: met === false ? 'wrong' : '',
    })),
  ])
  byId('targets').replaceChildren(
    ...(targets.length > 0
      ? [
          element('h3', {}, `Targets, set for software adapters: time of ${OWN} over that of others`),
          tableOf(targetHeader(reports), targets),
        ]
      : []),
  )

  const samplers = reports.flatMap((report) =>
    Object.keys(report.checks).map((name) => {
      const verdict = verdictOf(report, name)
      const mark = verdict?.right ? '✓ ' : '✗ '
      const about = `: ${report.contenders[name]}. ${verdict?.why ?? ''}.`
      return element('li', { className: verdict?.right ? '' : 'wrong' }, mark, name, about)
    }),
  )
  byId('samplers').replaceChildren(
    ...(samplers.length > 0 ? [element('h3', {}, 'Whether the draws are right'), element('ul', {}, ...samplers)] : []),
  )

  const overheads = reports.flatMap((report) =>
    report.overheads.map(({ contender, queued, roundTrip, phases }) => [
      { text: contender },
      ...[queued, roundTrip, phases?.encode, phases?.submit, phases?.map].map((ms) => ({ text: digits(ms) })),
      { text: adapterOf(report) },
    ]),
  )
  const header = ['contender', 'queued', 'read back', 'encode', 'submit', 'map', 'device']
  byId('overheads').replaceChildren(
    ...(overheads.length > 0
      ? [element('h3', {}, 'Overhead of a call of one row of 64 classes, ms'), tableOf(header, overheads)]
      : []),
  )

  const hostOverheads = reports.flatMap((report) =>
    report.hostOverheads.map(({ logits, emptyPass, ...beyond }) => [
      { text: logits },
      { text: digits(emptyPass) },
      ...[beyond.dispatch, beyond.errorScopes, beyond.recorded, beyond.own].map((ms) => ({
        text: `+ ${ms.toFixed(2)}`,
      })),
      { text: adapterOf(report) },
    ]),
  )
  const ladder = [
    'logits in',
    'empty pass',
    '+ a dispatch',
    '+ error scopes',
    `${OWN}: encodeSample()`,
    'sample()',
    'device',
  ]
  byId('host-overheads').replaceChildren(
    ...(hostOverheads.length > 0
      ? [element('h3', {}, 'The same read back, beyond an empty pass, ms'), tableOf(ladder, hostOverheads)]
      : []),
  )

  const failures = reports.flatMap(failuresOf)
  byId('failures').replaceChildren(
    ...(failures.length > 0
      ? [element('h3', {}, 'What failed'), element('ul', {}, ...failures.map((each) => element('li', {}, each)))]
      : []),
  )
}
