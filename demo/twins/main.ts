import { backendName } from '../backend_name'
import { loadTokenizer } from '../engine'
import { element, SettingsForm } from '../form'
import { grouped } from '../numbers'
import { SettingError } from '../settings'
import { UnknownWordError } from '../tokenizer'
import { Comparison } from './comparison'
import { type Engines, freeEngines, loadEngines } from './engines'
import { byTwoEngines, byTwoSlots } from './pairs'
import { nameOf, TextView } from './text_view'

// Each side has one text, and what is left out is off.
const fixed = { sequences: '1', 'min-p': '0', 'repetition-penalty': '1' }
const form = new SettingsForm(element<HTMLFormElement>('settings'), fixed)
const stop = element<HTMLButtonElement>('stop')
const verdict = element('verdict')
const failure = element('failure')

let loading: Promise<Engines> | undefined
let abort = new AbortController()
let running = Promise.resolve()

/** Writes anew with the form's settings; what is being written stops first. */
function write(): void {
  abort.abort()
  abort = new AbortController()
  const { signal } = abort
  running = running.then(() => run(signal))
}

async function run(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  form.clearErrors()
  failure.textContent = ''
  stop.disabled = false
  try {
    const { prompt: text, ...settings } = form.read()
    const tokenizer = await loadTokenizer()
    const prompt = tokenizer.encode(text)
    form.keepInUrl()
    say('waiting', 'Loading the model …')
    loading ??= loadEngines(tokenizer)
    await writeBoth(await loading, { ...settings, prompt, signal })
  } catch (error) {
    say('waiting', '')
    if (error instanceof SettingError) form.showError(error.setting, error.message)
    else if (error instanceof UnknownWordError) form.showError('prompt', error.message)
    else await recover(error)
  } finally {
    if (document.activeElement === stop) element('write').focus()
    stop.disabled = true
  }
}

async function writeBoth(engines: Engines, options: Parameters<typeof byTwoSlots>[1]): Promise<void> {
  const { cpu, gpu } = engines
  const { tokenizer } = cpu
  const left = gpu?.[form.choice('logits') === 'own' ? 'own' : 'alike']
  showPlaces(engines, form.choice('logits') === 'own')
  const views = ['left', 'right'].map((id) => new TextView(element(id), tokenizer, options.prompt))
  const comparison = new Comparison()
  let steps = 0
  try {
    for await (const pair of left ? byTwoEngines(left, cpu, options) : byTwoSlots(cpu, options)) {
      const differs = comparison.add(pair)
      for (const [side, view] of views.entries()) view.append(pair[side], differs)
      say('waiting', `Writing token ${grouped(++steps)} of ${grouped(options.tokens)} …`)
      await new Promise((done) => setTimeout(done)) // The model in WebAssembly leaves the page no time to paint.
    }
  } finally {
    for (const view of views) view.close()
  }
  const stopped = options.signal.aborted ? 'Stopped. ' : ''
  if (steps === 0) say('waiting', `${stopped}No token was drawn.`)
  else say(comparison.state, stopped + comparison.verdict((id) => nameOf(id, tokenizer)))
}

/** Says beside each text what drew it, and from whose logits. */
function showPlaces({ gpu, reason }: Engines, own: boolean): void {
  element('left-name').textContent = gpu ? 'WebGPU' : 'CPU, first place of a batch'
  element('right-name').textContent = gpu ? 'CPU' : 'CPU, second place of the batch'
  const device = gpu && backendName(gpu.own.sampler).replace('WebGPU: ', '')
  element('left-place').textContent = gpu
    ? `Drawn on ${device}, logits ${own ? 'of the model on the GPU' : 'in WebAssembly'}`
    : `This browser gives no WebGPU device, so the CPU writes both texts: ${reason}`
  element('right-place').textContent = 'Drawn in JavaScript, logits in WebAssembly'
}

function say(state: 'waiting' | Comparison['state'], text: string): void {
  verdict.dataset.state = state
  // Only what comes of it is read out.
  verdict.ariaBusy = String(text.endsWith('…'))
  verdict.textContent = text
}

/** After a failure a session repeats its error, and the device may be lost: the next run starts with new ones. */
async function recover(error: unknown): Promise<void> {
  failure.textContent = error instanceof Error ? error.message : String(error)
  const failed = await loading?.catch(() => undefined)
  loading = undefined
  if (failed) await freeEngines(failed)
}

element('settings').addEventListener('submit', (event) => {
  event.preventDefault()
  write()
})
element('new-seed').addEventListener('click', () => {
  form.set('seed', String(crypto.getRandomValues(new Uint32Array(1))[0]))
  write()
})
stop.addEventListener('click', () => abort.abort())
addEventListener('keydown', (event) => {
  if (event.key === 'Escape') abort.abort()
})
