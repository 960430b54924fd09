import * as tf from '@tensorflow/tfjs-core'
import { type TfSampler, tfSampler } from 'gumbel-webgpu/tfjs'
import { backendName } from '../backend_name'
import { byId } from '../dom'
import { fixed, grouped } from '../numbers'
import { setBackend } from './backend'
import { Curves } from './curves'
import { hexOf } from './digest'
import { type DigitSets, loadDigits, meanDigitNats } from './digits'
import { DigitsView } from './digits_view'
import { Form } from './form'
import { showLatents } from './latents_view'
import { type Look, lookAt } from './look'
import { ESTIMATORS, SettingError, type Settings } from './settings'
import { type StepReport, Training } from './training'
import { WeightsError, fileOf, restore, savedOf } from './weights_file'

/** Held-out digits that the page looks at, how many of them it shows, and after how many steps it looks again. */
const [LOOKED_AT, SHOWN, EVERY] = [200, 20, 10]

interface Engine {
  digits: DigitSets
  draws: TfSampler
  /** Of the digits that the page looks at, of the best model without latents. */
  meanDigit: number
}

const button = (id: string) => byId<HTMLButtonElement>(id)
const form = new Form(byId<HTMLFormElement>('settings'))
const curves = new Curves()
const pairs = new DigitsView(byId('pairs'), SHOWN, ['Digit', 'Reconstruction of digit'])
const samples = new DigitsView(byId('samples'), SHOWN, ['Digit of random letters'])

let engine: Engine | undefined
let training: Training | undefined
/** Whether steps are being made, and go on. */
let running = false
let pausing = false

async function load(): Promise<void> {
  await setBackend()
  const digits = await loadDigits()
  const draws = await tfSampler(tf)
  const { count, pixels } = digits.heldOut
  const heldOut = { count: LOOKED_AT, pixels: pixels.subarray(0, (pixels.length / count) * LOOKED_AT) }
  engine = { digits, draws, meanDigit: meanDigitNats({ training: digits.training, heldOut }) }
  curves.meanDigit = engine.meanDigit
  byId('backend').textContent = draws.sampler.device
    ? backendName(draws.sampler)
    : 'CPU: TensorFlow.js has no WebGPU in this browser, so it trains on the CPU, and the draws are made there too.'
}

/** The training of these settings, begun anew where there is none or one of others. */
function trainingOf({ estimator, seed }: Settings): Training {
  if (training?.options.estimator === estimator && training.options.seed === seed) return training
  training?.dispose()
  const { digits, draws } = engine!
  training = new Training({ estimator, seed, digits: digits.training, draws })
  curves.begin(estimator)
  return training
}

/** Trains to the step that `target` says, looking at the model on the way and at the end. */
async function advance(settings: Settings, target: (steps: number) => number): Promise<void> {
  const current = trainingOf(settings)
  const end = target(current.steps)
  let seen = current.steps
  if (seen === 0) await look(current)
  while (current.steps < end && !pausing) {
    showStep(await current.step(), current, settings.steps)
    if (current.steps % EVERY === 0) {
      await look(current)
      seen = current.steps
    }
    // On the CPU all is done at once, and leaves the page no time to paint and to hear its buttons.
    await new Promise((done) => setTimeout(done))
  }
  if (seen !== current.steps) await look(current)
}

function showStep(report: StepReport, { steps, digest, options }: Training, target: number): void {
  const { reconstruction, divergence, tau } = report
  byId('loss').textContent = fixed(reconstruction + divergence, 1)
  byId('reconstruction').textContent = fixed(reconstruction, 1)
  byId('divergence').textContent = fixed(divergence, 1)
  byId('tau').textContent = tau === undefined ? '–' : fixed(tau, 2)
  byId('digest').textContent = hexOf(digest)
  showProgress(steps, target, options.estimator)
  curves.addStep(report)
}

function showProgress(steps: number, target: number, name: string): void {
  const bar = byId<HTMLProgressElement>('bar')
  bar.max = Math.max(steps, target)
  bar.value = steps
  byId('status').textContent = `Step ${grouped(steps)} of ${grouped(bar.max)}, ${name}`
}

async function look(current: Training): Promise<void> {
  const { digits, draws, meanDigit } = engine!
  const found: Look = await lookAt(current.model, digits.heldOut, draws, current.options.seed, LOOKED_AT, SHOWN)
  byId('held-out').textContent = fixed(found.nats, 1)
  byId('below').textContent = `${fixed(100 * (1 - found.nats / meanDigit), 1)} %`
  pairs.show([found.originals, found.reconstructions])
  samples.show([found.samples])
  showLatents(byId('latents'), found.divergences, found.shares)
  curves.addLook(current.steps, found.nats)
}

/** Does one thing at a time, and says what goes wrong with it. */
async function run(action: (settings: Settings) => Promise<void>): Promise<void> {
  if (running || !engine) return
  byId('failure').textContent = ''
  form.clearErrors()
  running = true
  pausing = false
  showButtons()
  try {
    const settings = form.read()
    form.keepInUrl()
    await action(settings)
  } catch (error) {
    if (error instanceof SettingError) form.showError(error.setting, error.message)
    else fail(error)
  }
  running = false
  showButtons()
}

async function start(settings: Settings): Promise<void> {
  const { steps } = trainingOf(settings)
  if (steps >= settings.steps) form.showError('steps', `this training is at step ${steps}: go further, or start over`)
  else await advance(settings, () => settings.steps)
}

function restart(): void {
  training?.dispose()
  training = undefined
}

async function allInTurn(settings: Settings): Promise<void> {
  restart()
  for (const estimator of ESTIMATORS) {
    if (pausing) break
    form.set('estimator', estimator)
    await advance({ ...settings, estimator }, () => settings.steps)
  }
}

async function save(): Promise<void> {
  const current = training!
  const url = URL.createObjectURL(new Blob([await fileOf(current)]))
  const link = document.createElement('a')
  Object.assign(link, { href: url, download: `digits-${current.options.estimator}-${current.steps}.safetensors` })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url))
}

async function open(file: File, settings: Settings): Promise<void> {
  try {
    const saved = savedOf(new Uint8Array(await file.arrayBuffer()))
    restart()
    form.set('estimator', saved.estimator)
    form.set('seed', String(saved.seed))
    const current = trainingOf({ ...settings, ...saved })
    restore(current, saved)
    byId('digest').textContent = hexOf(saved.digest)
    for (const id of ['loss', 'reconstruction', 'divergence', 'tau']) byId(id).textContent = '–'
    showProgress(saved.steps, settings.steps, saved.estimator)
    await look(current)
  } catch (error) {
    if (!(error instanceof WeightsError)) throw error
    fail(new Error(`${file.name} cannot be loaded: ${error.message}`))
  }
}

function fail(error: unknown): void {
  byId('failure').textContent = error instanceof Error ? error.message : String(error)
}

function showButtons(): void {
  // Whoever pressed a button that goes out stays where the next one is.
  const had = document.activeElement
  const ready = engine !== undefined && !running
  for (const id of ['start', 'step', 'all', 'load']) button(id).disabled = !ready
  for (const id of ['restart', 'save']) button(id).disabled = !ready || !training
  button('pause').disabled = !running
  const goesOn = training && training.steps > 0 && form.names(training.options)
  button('start').textContent = goesOn ? 'Go on' : 'Train'
  form.disabled = running
  if (had instanceof HTMLButtonElement && had.disabled) button(running ? 'pause' : 'start').focus()
}

byId('settings').addEventListener('submit', (event) => {
  event.preventDefault()
  void run(start)
})
byId('settings').addEventListener('input', () => {
  curves.describe(form.estimator)
  showButtons()
})
button('step').addEventListener('click', () => void run((settings) => advance(settings, (steps) => steps + 1)))
button('all').addEventListener('click', () => void run(allInTurn))
button('pause').addEventListener('click', () => (pausing = true))
addEventListener('keydown', (event) => {
  if (event.key === 'Escape') pausing = true
})
button('restart').addEventListener(
  'click',
  () =>
    void run(async (settings) => {
      restart()
      await advance(settings, () => 0)
      showProgress(0, settings.steps, settings.estimator)
    }),
)
button('save').addEventListener('click', () => void run(save))
const file = byId<HTMLInputElement>('file')
button('load').addEventListener('click', () => file.click())
file.addEventListener('change', () => {
  const [chosen] = file.files!
  if (chosen) void run((settings) => open(chosen, settings))
  file.value = ''
})

curves.describe(form.estimator)
load().then(showButtons, fail)
