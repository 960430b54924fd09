import { html, picture, shape } from '../dom'
import { type Expectations, FIGURE_TAUS, type OneDraw } from './draws'
import { fixed, grouped } from '../numbers'
import { className } from './probabilities'
import type { LabState } from './state'

/** The figure of Jang et al. 2017: a column for the categorical and for each tau, a row for the mean and for one sample. */
export class Figure {
  readonly #columns: Column[]
  readonly #captions: { expectation: HTMLElement; sample: HTMLElement }

  /** @param redraw is called when a picture of one sample is clicked */
  constructor(grid: HTMLElement, captions: { expectation: HTMLElement; sample: HTMLElement }, redraw: () => void) {
    this.#captions = captions
    this.#columns = ['categorical', ...FIGURE_TAUS.map((tau) => `τ = ${tau}`), ''].map((name) => new Column(name))
    for (const { heading, expectation, sample } of this.#columns) {
      grid.append(heading, expectation, sample)
      sample.addEventListener('click', redraw)
    }
  }

  showExpectations({ categorical, relaxed }: Expectations, { probabilities, samples, tau }: LabState): void {
    this.#nameUsersColumn(tau)
    const means = [categorical, ...relaxed]
    this.#columns.forEach(({ expectation, name }, i) =>
      expectation.replaceChildren(
        ...panel(`Mean of ${grouped(samples)} samples, ${name}`, means[i], { probabilities }),
      ),
    )
    // A class of probability 0 stays 0, however hot.
    const possible = probabilities.filter((p) => p > 0).length
    const even = probabilities.map((p) => (p > 0 ? 1 / possible : 0))
    this.#captions.expectation.textContent =
      `The mean of ${grouped(samples)} samples in each column; the ticks mark p. ` +
      `The colder, the closer to p: at τ\u00a0=\u00a00.1 each class is within ${distance(relaxed[0], probabilities)} of its tick. ` +
      `The hotter, the closer to even: at τ\u00a0=\u00a010 within ${distance(relaxed[3], even)} of ${fixed(1 / possible)}.`
  }

  showSample({ index, relaxed }: OneDraw, { probabilities, tau, draw }: LabState): void {
    this.#nameUsersColumn(tau)
    const samples = [probabilities.map((_, i) => Number(i === index)), ...relaxed]
    this.#columns.forEach(({ sample, name }, i) =>
      sample.replaceChildren(...panel(`Draw ${draw}, ${name}`, samples[i], { winner: index })),
    )
    this.#captions.sample.textContent =
      `Draw ${grouped(draw)}, from the same noise in each column: the categorical draws ${className(index)}, ` +
      `which holds ${fixed(relaxed[0][index])} of the sample at τ\u00a0=\u00a00.1, and ${fixed(relaxed[3][index])} at τ\u00a0=\u00a010.`
  }

  #nameUsersColumn(tau: number): void {
    const users = this.#columns.at(-1)!
    users.name = `τ = ${tau}`
    users.heading.replaceChildren(users.name, html('small', {}, 'yours'))
  }
}

class Column {
  readonly heading: HTMLElement
  readonly expectation = html('div', { class: 'panel expectation' })
  readonly sample = html('div', { class: 'panel sample', title: 'Draw again' })
  name: string

  constructor(name: string) {
    this.name = name
    this.heading = html('h3', {}, name)
  }
}

/** Vertical bars over the names of their classes. */
function panel(
  label: string,
  values: readonly number[],
  marks: { probabilities?: readonly number[]; winner?: number },
): Element[] {
  const shapes = values.map((value, i) =>
    shape('rect', {
      class: i === marks.winner ? 'bar winner' : 'bar',
      x: i + 0.12,
      y: 1 - value,
      width: 0.76,
      height: value,
    }),
  )
  marks.probabilities?.forEach((p, i) =>
    shapes.push(shape('line', { class: 'tick', x1: i + 0.08, x2: i + 0.92, y1: 1 - p, y2: 1 - p })),
  )
  const words = values.map((value, i) => `${className(i)} ${fixed(value)}`).join(', ')
  return [
    picture(values.length, 1, shapes, {
      role: 'img',
      'aria-label': `${label}: ${words}`,
      'data-values': values.map((value) => value.toPrecision(6)).join(' '),
    }),
    html('div', { class: 'classes', 'aria-hidden': 'true' }, ...values.map((_, i) => html('span', {}, className(i)))),
  ]
}

/** The largest difference of two vectors. */
function distance(a: readonly number[], b: readonly number[]): string {
  return fixed(Math.max(...a.map((value, i) => Math.abs(value - b[i]))))
}
