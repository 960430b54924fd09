import { byId } from '../dom'
import { LinePlot } from './line_plot'
import { ESTIMATORS, type Estimator } from './settings'
import type { StepReport } from './training'

/** Told apart on light and on dark paper. */
const COLOURS: Record<Estimator, string> = {
  'gumbel-softmax': '#c8442f',
  'straight-through': '#2f7ed8',
  reinforce: '#d98a00',
  rebar: '#3a9d5d',
}

const ABOUT: Record<Estimator, string> = {
  'gumbel-softmax':
    'Gumbel-softmax: the reader is given soft letters, near to the drawn ones where τ is small, and the gradient goes through them. It is that of another loss, so it is biased, and varies little.',
  'straight-through':
    'Straight-through: the reader is given the letters drawn, and the gradient goes through soft ones as if these had been given. It is biased, but knows the loss at true letters.',
  reinforce:
    'REINFORCE: letters that did better than expected are made likelier. It is unbiased and knows no gradient of the reader, so it varies much; what was expected is the loss at the letters’ probabilities.',
  rebar:
    'REBAR: REINFORCE less a control variate, the loss at soft letters drawn anew given the letters drawn (gumbelGivenIndex), whose mean is put back by gradients through soft letters. It is unbiased, and varies less.',
}

/** What the losses were, of this training and of the last of each estimator. */
export class Curves {
  meanDigit = NaN
  readonly #loss = new LinePlot(byId('loss-plot'), byId('loss-key'), [
    { name: 'loss', colour: '--ink' },
    { name: 'reconstruction', colour: '#2f7ed8' },
    { name: 'divergence', colour: '#3a9d5d' },
  ])
  readonly #estimators = new LinePlot(byId('estimators-plot'), byId('estimators-key'), [
    ...ESTIMATORS.map((name) => ({ name, colour: COLOURS[name] })),
    { name: 'mean digit', colour: '--faint', dash: [5, 4] },
  ])
  #steps: StepReport[] = []
  #current: Estimator = ESTIMATORS[0]
  /** Of each estimator, held-out nats by step. */
  readonly #looks = new Map<Estimator, Map<number, number>>()

  /** A training begins; the last one of its estimator is forgotten. */
  begin(estimator: Estimator): void {
    this.#steps = []
    this.#current = estimator
    this.#looks.set(estimator, new Map())
    this.describe(estimator)
  }

  describe(estimator: Estimator): void {
    byId('about-estimator').textContent = ABOUT[estimator]
  }

  /** Drawn with the next look, as drawing takes longer the more steps there are. */
  addStep(report: StepReport): void {
    this.#steps.push(report)
  }

  addLook(steps: number, nats: number): void {
    this.#showSteps()
    this.#looks.get(this.#current)!.set(steps, nats)
    const all = [...new Set([...this.#looks.values()].flatMap((looks) => [...looks.keys()]))].toSorted((a, b) => a - b)
    const lines = ESTIMATORS.map((name) => all.map((step) => this.#looks.get(name)?.get(step) ?? null))
    this.#estimators.show(all, [...lines, all.map(() => this.meanDigit)])
  }

  #showSteps(): void {
    this.#loss.show(
      this.#steps.map(({ step }) => step + 1),
      [
        this.#steps.map(({ reconstruction, divergence }) => reconstruction + divergence),
        this.#steps.map(({ reconstruction }) => reconstruction),
        this.#steps.map(({ divergence }) => divergence),
      ],
    )
  }
}
