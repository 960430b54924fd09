import { createSampler, type Sampler } from 'gumbel-webgpu'
import { backendName } from '../backend_name'
import { Controls } from './controls'
import { byId } from '../dom'
import { drawExpectations, drawOne } from './draws'
import { Editor } from './editor'
import { Figure } from './figure'
import { debounced, Latest } from './latest'
import {
  evenProbabilities,
  MAX_CLASSES,
  MIN_CLASSES,
  withClassAdded,
  withClassRemoved,
  withProbability,
} from './probabilities'
import { showRaces } from './race_view'
import { Races } from './races'
import { changedNames, type LabState, MAX_RACES, queryOf, type SettingName, stateOf } from './state'
import { showSteps } from './steps'

/** Quiet after a change before what is slow or limited follows it: browsers limit how often a page may set its URL. */
const QUIET_MS = 150

const button = (id: string) => byId<HTMLButtonElement>(id)

async function start(sampler: Sampler): Promise<void> {
  const editor = new Editor(byId('editor'), (from, index, p) =>
    change({ probabilities: withProbability(from, index, p) }),
  )
  const controls = new Controls(change)
  const captions = { expectation: byId('expectation-caption'), sample: byId('sample-caption') }
  const figure = new Figure(byId('figure'), captions, nextDraw)
  const races = new Races(sampler, showRaces)
  const { refused, ...given } = stateOf(new URLSearchParams(location.search))
  let { state } = given

  const expectations = latest(async (state) => figure.showExpectations(await drawExpectations(sampler, state), state))
  const oneDraw = latest(async (state) => {
    const draw = await drawOne(sampler, state)
    figure.showSample(draw, state)
    showSteps(byId('steps'), draw, state)
  })
  const keepInUrl = debounced(() => history.replaceState(null, '', queryOf(state)), QUIET_MS)
  const raceAnew = debounced(() => race(), QUIET_MS)

  function change(part: Partial<LabState>): void {
    const before = state
    state = { ...state, ...part }
    const changed = changedNames(before, state)
    if (changed.length === 0) return
    show()
    keepInUrl()
    const concerns = (...names: SettingName[]) => names.some((name) => changed.includes(name))
    if (concerns('probabilities', 'seed', 'tau', 'samples')) expectations.request(state)
    if (concerns('probabilities', 'seed', 'tau', 'draw')) oneDraw.request(state)
    if (concerns('probabilities', 'seed')) raceAnew()
  }

  function show(): void {
    const { length } = state.probabilities
    controls.show(state)
    editor.show(state.probabilities)
    button('add-class').disabled = length === MAX_CLASSES
    button('remove-class').disabled = length === MIN_CLASSES
  }

  function nextDraw(): void {
    change({ draw: (state.draw + 1) % 2 ** 32 })
  }

  /** Runs the races that the state asks for; `watched`, slowly. */
  async function race(watched = false): Promise<void> {
    const run = races.run(state, watched)
    showRaceButtons()
    await run.catch(fail)
    showRaceButtons()
  }

  function raceTo(count: number, watched = false): void {
    change({ races: Math.min(count, MAX_RACES) })
    void race(watched)
  }

  function showRaceButtons(): void {
    const done = state.races === MAX_RACES && !races.watched
    button('race-more').disabled = done || races.watched
    button('race-run').disabled = done
    button('race-run').textContent = races.watched ? 'Stop' : 'Run to 1,000,000'
  }

  for (const [id, action] of Object.entries({
    'add-class': () => change({ probabilities: withClassAdded(state.probabilities) }),
    'remove-class': () => change({ probabilities: withClassRemoved(state.probabilities) }),
    'even-out': () => change({ probabilities: evenProbabilities(state.probabilities.length) }),
    'new-seed': () => change({ seed: BigInt(crypto.getRandomValues(new Uint32Array(1))[0]) }),
    'next-draw': nextDraw,
    redraw: nextDraw,
    'step-draw': nextDraw,
    'race-more': () => raceTo(10 * state.races),
    'race-restart': () => raceTo(10),
    'race-run': () => (races.watched ? raceTo(races.drawn) : raceTo(MAX_RACES, true)),
  }))
    byId(id).addEventListener('click', action)

  byId('backend').textContent =
    `Drawn by gumbel-webgpu on ${sampler.device ? backendName(sampler) : 'the CPU: this browser offers no WebGPU'}.`
  show()
  for (const [name, text] of refused) controls.refuse(name, text)
  expectations.request(state)
  oneDraw.request(state)
  await race()
}

function latest(job: (state: LabState) => Promise<void>): Latest<LabState> {
  return new Latest((state) => job(state).catch(fail))
}

function fail(error: unknown): void {
  byId('failure').textContent = error instanceof Error ? error.message : String(error)
}

createSampler().then(start).catch(fail)
