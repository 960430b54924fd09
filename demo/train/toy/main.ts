import { createSampler, type Sampler } from 'gumbel-webgpu'
import { backendName } from '../../backend_name'
import { byId } from '../../dom'
import { Latest } from '../../lab/latest'
import { fixed, grouped } from '../../numbers'
import { chartIn, legend } from './chart'
import { RUNS, STEPS, descend } from './descent'
import { gradientOf, probabilityOf } from './estimators'
import { NAMES, descentChart, rowsOf, sweepCharts } from './pictures'
import { type Point, TAUS, pointAt } from './sweep'

interface State {
  logit: number
  /** Which of TAUS is looked at. */
  tau: number
  samples: number
  seed: number
}

const input = (id: string) => byId<HTMLInputElement>(id)
const tauOf = (state: State) => TAUS[state.tau]

function stateOf(): State {
  return {
    logit: input('logit').valueAsNumber,
    tau: input('tau').valueAsNumber,
    samples: Number(input('samples').value),
    seed: Number(input('seed').value),
  }
}

function start(sampler: Sampler): void {
  byId('backend').textContent =
    `Drawn by gumbel-webgpu on ${sampler.device ? backendName(sampler) : 'the CPU: this browser offers no WebGPU'}.`
  const [showBias, showVariance, showDescent] = ['bias', 'variance', 'descent'].map((id) => chartIn(byId(id)))
  let state = stateOf()
  let points: Point[] = []

  function showSweep(): void {
    const { logit, samples } = state
    const { bias, variance } = sweepCharts(points, logit, tauOf(state))
    showBias(bias)
    showVariance(variance)
    const here = points.find(({ tau }) => tau === tauOf(state))
    byId('numbers').replaceChildren(...(here ? rowsOf(here) : []))
    byId('truth').textContent = fixed(gradientOf(logit), 4)
    byId('sweep-status').textContent =
      points.length === TAUS.length
        ? `${grouped(samples)} draws at each of ${TAUS.length} τ, the same for all estimators.`
        : `Drawing: ${points.length} of ${TAUS.length} τ …`
  }

  async function drawSweep(wanted: State): Promise<void> {
    points = []
    for (const tau of TAUS) {
      const { logit, samples, seed } = wanted
      const point = await pointAt(sampler, logit, tau, seed, samples)
      if (isAnother(wanted)) return
      points.push(point)
      showSweep()
      await breath()
    }
  }

  async function drawDescent(wanted: State): Promise<void> {
    const { logit, seed } = wanted
    const tau = tauOf(wanted)
    for await (const descents of descend(sampler, { logit, tau, seed })) {
      if (isAnother(wanted) || wanted.tau !== state.tau) return
      const steps = descents.rebar.length - 1
      if (steps % 20 !== 0) continue
      showDescent(descentChart(descents, logit, tau))
      byId('descent-status').textContent =
        steps === STEPS ? `${STEPS} steps, means of ${RUNS} runs.` : `Step ${steps} of ${STEPS} …`
      await breath()
    }
  }

  const sweep = new Latest<State>((wanted) => drawSweep(wanted).catch(fail))
  const descent = new Latest<State>((wanted) => drawDescent(wanted).catch(fail))

  /** Whether what is asked for by now is another sweep. */
  const isAnother = ({ logit, samples, seed }: State) =>
    logit !== state.logit || samples !== state.samples || seed !== state.seed

  function change(): void {
    const before = state
    state = stateOf()
    showState(state)
    if (isAnother(before)) sweep.request(state)
    else showSweep()
    descent.request(state)
  }

  byId('settings').addEventListener('submit', (event) => event.preventDefault())
  for (const id of ['logit', 'tau', 'samples']) input(id).addEventListener('input', change)
  byId('new-draws').addEventListener('click', () => {
    input('seed').value = String(state.seed + 1)
    change()
  })
  showState(state)
  sweep.request(state)
  descent.request(state)
}

/** Lets the page show what it has; the CPU backend computes in its thread. */
function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}

function showState(state: State): void {
  const p = fixed(probabilityOf(state.logit), 2)
  byId('logit-value').textContent = `${fixed(state.logit, 2)}, p = ${p}`
  byId('tau-value').textContent = String(tauOf(state))
  for (const element of document.querySelectorAll('.tau')) element.textContent = String(tauOf(state))
  input('logit').ariaValueText = `${fixed(state.logit, 2)}, probability ${p}`
  input('tau').ariaValueText = String(tauOf(state))
  history.replaceState(
    null,
    '',
    `?${new URLSearchParams(Object.entries(state).map(([key, value]) => [key, String(value)]))}`,
  )
}

function fail(error: unknown): void {
  byId('failure').textContent = error instanceof Error ? error.message : String(error)
}

/** What a query says of a control; a control keeps its first value where it cannot be that. */
for (const [id, value] of new URLSearchParams(location.search)) {
  const control = document.querySelector<HTMLInputElement>(`#settings [name="${CSS.escape(id)}"]`)
  if (!control) continue
  const before = control.value
  control.value = value
  if (control.value !== value) control.value = before
}
byId('legend').replaceChildren(...legend(NAMES))
createSampler().then(start).catch(fail)
