import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { colour } from '../colour'
import { html } from '../dom'

const HEIGHT = 260

/** A line and its colour: a custom property of the page, or a colour as it is. */
export interface Line {
  name: string
  colour: string
  dash?: number[]
}

/** Lines against steps, with a key of their last values. */
export class LinePlot {
  readonly #plot: uPlot
  readonly #lines: readonly Line[]
  readonly #key: HTMLElement
  readonly #picture = html('div', { role: 'img' })

  constructor(box: HTMLElement, key: HTMLElement, lines: readonly Line[]) {
    this.#lines = lines
    this.#key = key
    const axis: uPlot.Axis = {
      stroke: () => colour('--faint'),
      grid: { stroke: () => colour('--line'), width: 1 },
      ticks: { stroke: () => colour('--line'), width: 1 },
    }
    const options: uPlot.Options = {
      width: Math.max(200, box.clientWidth),
      height: HEIGHT,
      padding: [null, 12, null, null],
      scales: { x: { time: false } },
      axes: [axis, { ...axis, size: 44 }],
      series: [
        {},
        ...lines.map(({ name, colour: stroke, dash }) => ({
          label: name,
          stroke: () => inkOf(stroke),
          width: 1.75,
          dash,
          spanGaps: true,
          points: { show: false },
        })),
      ],
      legend: { show: false },
      cursor: { show: false },
    }
    box.replaceChildren(this.#picture)
    this.#plot = new uPlot(options, [[], ...lines.map(() => [])], this.#picture)
    new ResizeObserver(() => this.#plot.setSize({ width: Math.max(200, box.clientWidth), height: HEIGHT })).observe(box)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#plot.redraw())
    this.show([], [])
  }

  /** Lines without a value are left out of the key. */
  show(steps: readonly number[], values: readonly (readonly (number | null)[])[]): void {
    this.#plot.setData([[...steps], ...this.#lines.map((_, i) => [...(values[i] ?? [])])])
    const last = this.#lines.flatMap((line, i) => {
      const value = values[i]?.findLast((each) => each !== null)
      return value === undefined || value === null ? [] : [{ ...line, text: value.toFixed(1) }]
    })
    this.#picture.ariaLabel =
      last.length === 0
        ? 'No steps yet'
        : `At step ${steps.at(-1)}: ${last.map(({ name, text }) => `${name} ${text}`).join(', ')} nats`
    this.#key.replaceChildren(
      ...last.map(({ name, colour, text }) => {
        const swatch = html('span', { class: 'swatch' })
        swatch.style.background = colour.startsWith('--') ? `var(${colour})` : colour
        return html('li', {}, swatch, `${name} `, html('b', {}, text))
      }),
    )
  }
}

const inkOf = (name: string) => (name.startsWith('--') ? colour(name) : name)
