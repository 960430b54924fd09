import { byId } from '../dom'
import { counted, grouped } from '../numbers'
import { NoDeviceError, audit } from './audit'
import { Card } from './card'
import type { Check, Outcome } from './check'
import { CHECKS } from './checks'
import { FAULTS } from './faults'
import { type Report, download, textOf } from './report'

const ALL_WORDS = 2 ** 32
const query = new URLSearchParams(location.search)
/** In tests of the page: a fault of the device, the checks that are run, and that they end as soon as they may. */
const fault = query.get('fault') ?? undefined
const only = query.get('only')?.split(',')
const brief = query.has('brief')
const checks = CHECKS.filter(({ id }) => !only || only.includes(id))

const cards = new Map(CHECKS.map((check) => [check, new Card(check)]))
const slider = byId<HTMLInputElement>('words')
const bar = byId<HTMLProgressElement>('bar')
const button = (id: string) => byId<HTMLButtonElement>(id)

let running: AbortController | undefined
let report: Report | undefined

function showWords(): void {
  const words = wordsOf()
  const share = (100 * words) / ALL_WORDS
  const text = words === ALL_WORDS ? `all ${grouped(words)}` : `${grouped(words)}, ${Number(share.toPrecision(2))} %`
  byId('words-value').textContent = text
  slider.ariaValueText = text
}

function wordsOf(): number {
  return 2 ** slider.valueAsNumber
}

async function start(): Promise<void> {
  running = new AbortController()
  const { signal } = running
  for (const card of cards.values()) card.reset()
  report = {
    format: 'gumbel-webgpu audit 1',
    date: new Date().toISOString(),
    userAgent: navigator.userAgent,
    words: wordsOf(),
    verdict: 'incomplete',
    complaints: [],
    checks: [],
  }
  const { words } = report
  let begin = 0
  byId('failure').textContent = ''
  bar.value = 0
  showVerdict('running', 'Looking for a device …')
  showButtons()
  try {
    report.complaints = await audit({
      checks,
      words,
      brief,
      fault,
      signal,
      placeOf: (check) => cards.get(check)!.place,
      onStart(check) {
        begin = performance.now()
        cards.get(check)!.state = 'running'
        showVerdict('running', `Checking: ${check.title} …`)
      },
      onProgress(check, share, whole) {
        cards.get(check)!.progress = share
        bar.value = whole
      },
      onOutcome(check, outcome) {
        report!.checks.push({ id: check.id, seconds: (performance.now() - begin) / 1000, ...outcome })
        cards.get(check)!.show(outcome)
        announce(check, outcome)
      },
    })
    bar.value = 1
    conclude(report)
  } catch (error) {
    if (signal.aborted)
      showVerdict('not-run', `Cancelled: ${counted(report.checks.length, 'check')} of ${checks.length} had ended.`)
    else {
      showVerdict(
        'not-run',
        error instanceof NoDeviceError ? 'There is no device to audit.' : 'The audit could not begin.',
      )
      byId('failure').textContent = error instanceof Error ? error.message : String(error)
    }
    for (const card of cards.values()) if (card.state === 'running') card.state = 'not-run'
  }
  for (const card of cards.values()) if (card.state === 'waiting') card.state = 'not-run'
  running = undefined
  showButtons()
}

function conclude(ended: Report): void {
  const bad = ended.checks.filter(({ good }) => !good)
  const { complaints } = ended
  ended.verdict = bad.length + complaints.length > 0 ? 'bad' : checks.length < CHECKS.length ? 'incomplete' : 'good'
  byId('failure').textContent = complaints.length > 0 ? `The device complained: ${complaints[0]}` : ''
  if (bad.length > 0) {
    const titles = bad.map(({ id }) => CHECKS.find((check) => check.id === id)!.title)
    showVerdict('bad', `Bad: ${counted(bad.length, 'check')} of ${checks.length} failed. ${titles.join('; ')}.`)
  } else if (complaints.length > 0) showVerdict('bad', 'Bad: the checks passed, but the device complained.')
  else if (checks.length < CHECKS.length)
    showVerdict('good', `Good, as far as it goes: ${checks.length} of ${CHECKS.length} checks were run, and passed.`)
  else showVerdict('good', 'Good: on this device the library draws what it promises.')
}

function showVerdict(state: string, text: string): void {
  byId('verdict').dataset.state = state
  byId('verdict').textContent = text
}

/** For those who hear the page: the mark of a card changes in silence. */
function announce(check: Check, { good, verdict }: Outcome): void {
  byId('announcement').textContent = `${check.title}: ${good ? 'good' : 'bad'}. ${verdict}`
}

function showButtons(): void {
  const isRunning = running !== undefined
  // Whoever pressed a button that goes out stays where the next one is.
  const had = document.activeElement
  button('run').disabled = isRunning
  button('cancel').disabled = !isRunning
  slider.disabled = isRunning
  for (const id of ['download', 'copy']) button(id).disabled = isRunning || !report?.checks.length
  if (had === button('run') && isRunning) button('cancel').focus()
  if (had === button('cancel') && !isRunning) button('run').focus()
}

async function copy(): Promise<void> {
  try {
    await navigator.clipboard.writeText(textOf(report!))
    button('copy').textContent = 'Copied'
  } catch (error) {
    byId('failure').textContent = `the report could not be copied: ${(error as Error).message}`
  }
  setTimeout(() => (button('copy').textContent = 'Copy report'), 2000)
}

byId('checks').append(...[...cards.values()].map(({ element }) => element))
slider.value = query.get('words') ?? slider.value
showWords()
showButtons()
if (fault) {
  byId('fault').textContent = FAULTS[fault]
    ? `For a test, the device is broken on purpose: ${fault}.`
    : `fault is '${fault}'; it must be one of ${Object.keys(FAULTS).join(', ')}`
  button('run').disabled = !FAULTS[fault]
}
slider.addEventListener('input', () => {
  showWords()
  query.set('words', slider.value)
  history.replaceState(null, '', `?${query}`)
})
byId('settings').addEventListener('submit', (event) => {
  event.preventDefault()
  void start()
})
button('cancel').addEventListener('click', () => running?.abort(new DOMException('cancelled', 'AbortError')))
button('download').addEventListener('click', () => report && download(report))
button('copy').addEventListener('click', () => void copy())
