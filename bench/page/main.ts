import { type Operation, OPERATIONS, OPERATION_NAMES } from '../cases'
import { requestDevice } from '../device'
import { adapterOf } from '../figures'
import { type Progress, type Report, emptyReport, run } from '../run'
import { byId, element } from './dom'
import { showPlots } from './plots'
import { exportReport, importReports } from './report_file'
import { showNotes, showTable } from './results_table'
import { readSettings, showSettings } from './settings'

const form = byId<HTMLFormElement>('settings')
const runButton = byId<HTMLButtonElement>('run')
const cancelButton = byId<HTMLButtonElement>('cancel')
const exportButton = byId<HTMLButtonElement>('export')
const file = byId<HTMLInputElement>('file')
const operationSelect = byId<HTMLSelectElement>('operation')

let own: Report | undefined
let imported: Report[] = []
let running: AbortController | undefined

showSettings()
form.addEventListener('change', showCount)
showCount()
void nameAdapter()

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void start()
})
cancelButton.addEventListener('click', () => running?.abort())
exportButton.addEventListener('click', () => own && exportReport(own))
byId('import').addEventListener('click', () => file.click())
file.addEventListener('change', () => void addFiles())
operationSelect.addEventListener('change', showResults)

async function nameAdapter(): Promise<void> {
  try {
    const device = await requestDevice()
    const report = emptyReport(device)
    const clock = report.timestamps ? 'GPU timestamps' : 'no GPU timestamps here: the page’s clock'
    byId('adapter').textContent = `${adapterOf(report)}; ${clock}`
    device.destroy()
  } catch (error) {
    byId('adapter').textContent = 'No GPU'
    fail(error)
    runButton.disabled = true
  }
}

function showCount(): void {
  const { cases } = readSettings()
  byId('count').textContent = `${cases.length} case${cases.length === 1 ? '' : 's'}`
  runButton.disabled = running !== undefined || cases.length === 0
}

async function start(): Promise<void> {
  running = new AbortController()
  const { signal } = running
  cancelButton.disabled = false
  showCount()
  byId('failure').textContent = ''
  const remaining = new TimeLeft()
  try {
    const onProgress = async (progress: Progress) => {
      byId<HTMLProgressElement>('bar').value = progress.done / progress.of
      byId('status').textContent = progress.doing ? `${progress.doing}${remaining.after(progress)}` : 'Done'
      // The browser paints between cases, not during them.
      await new Promise((resolve) => setTimeout(resolve))
    }
    const onResult = (report: Report) => {
      own = report
      showResults()
    }
    await run({ ...readSettings(), onProgress, onResult, signal })
  } catch (error) {
    if (signal.aborted) byId('status').textContent = 'Cancelled; finished cases are below'
    else fail(error)
  } finally {
    running = undefined
    cancelButton.disabled = true
    showCount()
  }
}

/** How long the rest of a run takes if it goes on as it did. */
class TimeLeft {
  #begin = performance.now()

  after({ done, of }: Progress): string {
    if (done === 0) return ''
    const seconds = ((performance.now() - this.#begin) / 1000) * (of / done - 1)
    const amount = seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`
    return `; about ${amount} left`
  }
}

async function addFiles(): Promise<void> {
  byId('failure').textContent = ''
  try {
    for (const each of file.files ?? []) imported.push(...(await importReports(each)))
  } catch (error) {
    fail(error)
  }
  file.value = ''
  showResults()
}

function showResults(): void {
  const reports = [...(own ? [own] : []), ...imported]
  exportButton.disabled = !own
  byId('hint').hidden = reports.length > 0
  byId('choose').hidden = reports.length === 0
  const having = OPERATION_NAMES.filter((name) =>
    reports.some(({ results }) => results.some((r) => r.operation === name)),
  )
  const chosen = having.find((name) => name === operationSelect.value) ?? having[0]
  const optionOf = (name: Operation) =>
    element('option', { value: name, selected: name === chosen }, `${name}: ${OPERATIONS[name].about}`)
  operationSelect.replaceChildren(...having.map(optionOf))
  showTable(reports, chosen)
  showPlots(reports, chosen)
  showNotes(reports)
}

function fail(error: unknown): void {
  byId('failure').textContent = error instanceof Error ? error.message : String(error)
}
