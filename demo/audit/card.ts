import { html } from '../dom'
import type { Check, Outcome } from './check'

/** What has become of a check. */
export type State = 'waiting' | 'running' | 'good' | 'bad' | 'not-run'

const MARKS: Record<State, string> = {
  waiting: '–',
  running: 'running …',
  good: '✓ good',
  bad: '✗ bad',
  'not-run': 'not run',
}
/** Stands where a figure will. */
const BLANK = '–'

/** A check on the page: what it is about, how far it is, what it found. */
export class Card {
  readonly element: HTMLElement
  /** For what a wide check has to show beside its figures. */
  readonly place = html('div', { class: 'place' })
  readonly #mark = html('span', { class: 'mark' })
  readonly #bar: HTMLProgressElement
  readonly #verdict = html('p', { class: 'verdict' })
  readonly #figures = new Map<string, HTMLElement>()

  constructor({ id, title, about, figures, wide }: Check) {
    this.#bar = html('progress', { max: 1, value: 0, 'aria-label': `Progress of ${title}` })
    const list = html(
      'dl',
      {},
      ...figures.map((name) => {
        const value = html('dd')
        this.#figures.set(name, value)
        return html('div', {}, html('dt', {}, name), value)
      }),
    )
    const left = html(
      'div',
      {},
      html('div', { class: 'head' }, html('h2', { id: `title-${id}` }, title), this.#mark),
      html('p', { class: 'about' }, about),
      this.#bar,
      this.#verdict,
    )
    const right = html('div')
    if (wide === 'plot') {
      this.place.classList.add('plot')
      left.append(list)
      right.append(this.place)
    } else {
      right.append(list)
      if (wide) right.append(html('details', {}, html('summary', {}, wide.details), this.place))
    }
    const attributes = { id: `check-${id}`, class: wide ? 'check wide' : 'check', 'aria-labelledby': `title-${id}` }
    this.element = html('section', attributes, left, right)
    this.reset()
  }

  /** As before a run. */
  reset(): void {
    this.state = 'waiting'
    this.progress = 0
    this.#verdict.textContent = ''
    for (const value of this.#figures.values()) value.textContent = BLANK
    this.place.replaceChildren()
  }

  get state(): State {
    return this.element.dataset.state as State
  }

  set state(state: State) {
    this.element.dataset.state = state
    this.#mark.textContent = MARKS[state]
  }

  set progress(share: number) {
    this.#bar.value = share
  }

  show({ good, verdict, figures }: Outcome): void {
    this.state = good ? 'good' : 'bad'
    this.progress = 1
    this.#verdict.textContent = verdict
    for (const [name, text] of Object.entries(figures)) this.#figures.get(name)!.textContent = text
  }
}
