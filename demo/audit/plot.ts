import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Point } from '../chi_squared'
import { colour } from '../colour'
import { html } from '../dom'

const HEIGHT = 240
const FIRST_DRAWS = 1000
const CAPTION =
  'χ² as the draws grow. Grey dashes: the degrees of freedom. Red ones: above them is one right run in 1,000.'

/** Pearson's statistic as the draws grow, between its mean and what right draws seldom pass. */
export class ChiSquaredPlot {
  readonly #plot: uPlot
  readonly #ends: number[]
  readonly #mean: number
  readonly #limit: number

  /** In place of what `box` holds. */
  constructor(box: HTMLElement, mean: number, limit: number, draws: number) {
    this.#mean = mean
    this.#limit = limit
    this.#ends = [FIRST_DRAWS, draws]
    const stroke = (name: string) => () => colour(name)
    const axis: uPlot.Axis = {
      stroke: stroke('--faint'),
      grid: { stroke: stroke('--line'), width: 1 },
      ticks: { stroke: stroke('--line'), width: 1 },
    }
    const decades = Array.from({ length: Math.log10(draws / FIRST_DRAWS) + 1 }, (_, i) => FIRST_DRAWS * 10 ** i)
    const options: uPlot.Options = {
      width: Math.max(200, box.clientWidth),
      height: HEIGHT,
      padding: [null, 16, null, null],
      scales: {
        x: { time: false, distr: 3, log: 10, range: [FIRST_DRAWS, draws] },
        y: { range: (_, __, max) => [0, 1.1 * Math.max(limit, max)] },
      },
      axes: [
        {
          ...axis,
          splits: () => decades,
          filter: (_, splits) => splits,
          values: (_, splits) => splits.map((n) => n.toLocaleString('en', { notation: 'compact' })),
        },
        { ...axis, size: 48 },
      ],
      series: [
        {},
        { label: 'χ²', stroke: stroke('--ink'), width: 2, points: { show: false } },
        { label: 'degrees of freedom', stroke: stroke('--faint'), dash: [5, 4], points: { show: false } },
        { label: 'one right run in 1,000 is above', stroke: stroke('--rubric'), dash: [5, 4], points: { show: false } },
      ],
      legend: { show: false },
      cursor: { show: false },
    }
    const picture = html('div', { role: 'img' })
    box.replaceChildren(picture, html('p', {}, CAPTION))
    this.#plot = new uPlot(options, this.#data([]), picture)
    new ResizeObserver(() => this.#plot.setSize({ width: Math.max(200, box.clientWidth), height: HEIGHT })).observe(box)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#plot.redraw())
  }

  show(points: readonly Point[]): void {
    this.#plot.setData(this.#data(points))
    const last = points.at(-1)
    if (last)
      this.#plot.root.parentElement!.ariaLabel = `χ² is ${last.statistic.toFixed(1)} after ${last.draws.toLocaleString('en')} draws; ${this.#mean} is expected, and less than ${this.#limit.toFixed(1)} in 999 of 1,000 runs`
  }

  /** The lines reach from end to end, beyond the points. */
  #data(points: readonly Point[]): uPlot.AlignedData {
    const [first, last] = this.#ends
    const inner = points.filter(({ draws }) => draws > first && draws < last)
    const xs = [first, ...inner.map(({ draws }) => draws), last]
    const statistic = [
      null,
      ...inner.map((point) => point.statistic),
      points.at(-1)?.draws === last ? points.at(-1)!.statistic : null,
    ]
    return [xs, statistic, xs.map(() => this.#mean), xs.map(() => this.#limit)]
  }
}
