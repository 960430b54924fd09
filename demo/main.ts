import { backendName } from './backend_name'
import type { DrawSettings } from './draw_options'
import { loadTokenizer } from './engine'
import { element, SettingsForm } from './form'
import { type ModelName, MODELS, type Writer } from './models'
import { OddsPanel } from './odds_panel'
import { SettingError } from './settings'
import { type Tokenizer, UnknownWordError } from './tokenizer'
import { VerseList } from './verses'

const form = new SettingsForm(element<HTMLFormElement>('settings'))
const stop = element<HTMLButtonElement>('stop')
const status = element('status')
const rate = element('rate')
const failure = element('failure')
const odds = new OddsPanel(element('odds'), element('verses'), (error) => {
  // What fails while verses are written fails them too.
  if (stop.disabled) void recover(error, 'recurrent')
})

/** Each model from when it was first chosen. */
const loading = new Map<ModelName, Promise<Writer>>()
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
  const model = form.choice('model') as ModelName
  try {
    const settings = form.read()
    const tokenizer = await loadTokenizer()
    const prompt = tokenizer.encode(settings.prompt)
    form.keepInUrl()
    status.textContent = 'Loading the model …'
    const writer = loading.get(model) ?? MODELS[model](tokenizer, odds)
    loading.set(model, writer)
    const canPoint = model === 'recurrent'
    await writeVerses({ writer: await writer, tokenizer, settings: { ...settings, prompt }, canPoint, signal })
  } catch (error) {
    status.textContent = ''
    if (error instanceof SettingError) form.showError(error.setting, error.message)
    else if (error instanceof UnknownWordError) form.showError('prompt', error.message)
    else await recover(error, model)
  } finally {
    if (document.activeElement === stop) element('write').focus()
    stop.disabled = true
  }
}

/** What verses are written of. */
interface Task {
  writer: Writer
  tokenizer: Tokenizer
  settings: DrawSettings
  canPoint: boolean
  signal: AbortSignal
}

async function writeVerses({ writer, tokenizer, settings, canPoint, signal }: Task): Promise<void> {
  const { prompt, sequences } = settings
  const name = backendName(writer.sampler)
  element('backend').textContent = writer.sampler.device
    ? name
    : `${name}: this browser gives no WebGPU device, so the model and the sampler run on the CPU.`
  status.textContent = `Writing ${counted(sequences, 'verse')} …`

  odds.of(undefined)
  const verses = new VerseList(element('verses'), tokenizer, prompt, sequences, canPoint)
  let first = 0
  let drawn = 0
  let timed = 0
  try {
    await writer.write(settings, signal, (token) => {
      verses.append(token.ids)
      drawn += token.drawn
      if (token.step === 0) first = performance.now()
      else {
        timed += token.drawn
        rate.textContent = `${tokensPerSecond(timed, performance.now() - first)} tokens a second`
      }
    })
  } finally {
    verses.close()
  }
  status.textContent = `${signal.aborted ? 'Stopped' : 'Done'}: ${counted(drawn, 'token')} drawn`
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds))
}

/** After a failure the session repeats its error and the device may be lost: the next run starts with new ones. */
async function recover(error: unknown, model: ModelName): Promise<void> {
  odds.of(undefined)
  const failed = await loading.get(model)?.catch(() => undefined)
  loading.delete(model)
  // What fails because a device was lost may fail a moment before the loss is told.
  const loss = await Promise.race([failed?.sampler.device?.lost, pause(200)])
  if (loss) failure.textContent = `the GPU device was lost: ${loss.message || loss.reason}`
  else failure.textContent = error instanceof Error ? error.message : String(error)
  failed?.sampler.destroy()
  await failed?.release().catch(() => undefined)
}

function tokensPerSecond(tokens: number, milliseconds: number): string {
  return ((1000 * tokens) / milliseconds).toLocaleString('en', { maximumSignificantDigits: 3 })
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

/** Says what holds for one model alone. */
function showModel(): void {
  for (const each of document.querySelectorAll<HTMLElement>('[data-model]'))
    each.hidden = each.dataset.model !== form.choice('model')
}

showModel()
element('model').addEventListener('change', showModel)
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
