import { backendName } from './backend_name'
import { loadEngine, loadTokenizer, type Engine } from './engine'
import { element, SettingsForm } from './form'
import { generate } from './generate'
import { OddsPanel } from './odds_panel'
import { SettingError, type Settings } from './settings'
import { UnknownWordError } from './tokenizer'
import { VerseList } from './verses'
import { Written } from './written'

const form = new SettingsForm(element<HTMLFormElement>('settings'))
const stop = element<HTMLButtonElement>('stop')
const status = element('status')
const rate = element('rate')
const failure = element('failure')
const odds = new OddsPanel(element('odds'), element('verses'), (error) => {
  // What fails while verses are written fails them too.
  if (stop.disabled) void recover(error)
})

let loading: Promise<Engine> | undefined
let abort = new AbortController()
let running = Promise.resolve()

/** Writes anew with the form's settings; what is being written stops first, as the model takes one step at a time. */
function write(): void {
  abort.abort()
  abort = new AbortController()
  const { signal } = abort
  running = running.then(() => run(signal))
}

async function run(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  form.clearErrors()
  for (const line of [status, rate, failure]) line.textContent = ''
  stop.disabled = false
  try {
    const settings = form.read()
    const tokenizer = await loadTokenizer()
    const prompt = tokenizer.encode(settings.prompt)
    form.keepInUrl()
    status.textContent = 'Loading the model …'
    loading ??= loadEngine(tokenizer)
    await writeVerses(await loading, prompt, settings, signal)
  } catch (error) {
    status.textContent = ''
    if (error instanceof SettingError) form.showError(error.setting, error.message)
    else if (error instanceof UnknownWordError) form.showError('prompt', error.message)
    else await recover(error)
  } finally {
    if (document.activeElement === stop) element('write').focus()
    stop.disabled = true
  }
}

async function writeVerses(engine: Engine, prompt: number[], settings: Settings, signal: AbortSignal): Promise<void> {
  const { sequences } = settings
  const name = backendName(engine.sampler)
  element('backend').textContent = engine.sampler.device
    ? name
    : `${name}: this browser gives no WebGPU device, so the model and the sampler run on the CPU.`
  status.textContent = `Writing ${counted(sequences, 'verse')} …`

  const drawSettings = { ...settings, prompt }
  const written = new Written(engine, drawSettings)
  odds.of(written)
  const verses = new VerseList(element('verses'), engine.tokenizer, prompt, sequences)
  let first = 0
  let drawn = 0
  let timed = 0
  try {
    for await (const token of generate(engine, { ...drawSettings, signal, keepState: written.keepState })) {
      written.append(token.ids)
      verses.append(token.ids)
      drawn += token.drawn
      if (token.step === 0) first = performance.now()
      else {
        timed += token.drawn
        rate.textContent = `${tokensPerSecond(timed, performance.now() - first)} tokens a second`
      }
      await pause(0) // The model in WebAssembly leaves the page no time to paint and to hear its buttons.
    }
  } finally {
    verses.close()
  }
  status.textContent = `${signal.aborted ? 'Stopped' : 'Done'}: ${counted(drawn, 'token')} drawn`
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds))
}

/** After a failure the session repeats its error and the device may be lost: the next run starts with new ones. */
async function recover(error: unknown): Promise<void> {
  odds.of(undefined)
  const failed = await loading?.catch(() => undefined)
  loading = undefined
  // What fails because a device was lost may fail a moment before the loss is told.
  const loss = await Promise.race([failed?.sampler.device?.lost, pause(200)])
  if (loss) failure.textContent = `the GPU device was lost: ${loss.message || loss.reason}`
  else failure.textContent = error instanceof Error ? error.message : String(error)
  failed?.sampler.destroy()
  await failed?.model.release().catch(() => undefined)
}

function tokensPerSecond(tokens: number, milliseconds: number): string {
  return ((1000 * tokens) / milliseconds).toLocaleString('en', { maximumSignificantDigits: 3 })
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
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
