import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { shapeOf } from '../cases'
import { CONTENDER_NAMES, OWN } from '../contender'
import { type Figures, adapterOf, figuresOf } from '../figures'
import type { Report } from '../run'
import { byId, element } from './dom'

/** A plot's lines: for each report and contender the points where it has figures. */
interface Plot {
  title: string
  /** Names of the places along x, or undefined where x is a size. */
  places?: string[]
  x(figures: Figures): number | undefined
  y(figures: Figures): number | undefined
  yLabel: string
  leaveOut?: readonly string[]
}

/** Told apart on light and on dark paper; this library has the page's accent. */
const COLOURS = [
  '#c8442f',
  '#8a8a8a',
  '#2f7ed8',
  '#d98a00',
  '#3a9d5d',
  '#9b59b6',
  '#7f6a4f',
  '#e0776a',
  '#17a2b8',
  '#b5528b',
]
const HEIGHT = 300

let shown: uPlot[] = []

/** Draws the plots of one operation; reports after the first are dashed. */
export function showPlots(reports: Report[], operation: string): void {
  shown.forEach((plot) => plot.destroy())
  shown = []
  const place = byId('plots')
  place.replaceChildren()
  const all = reports.map((report) =>
    report.results.filter((result) => result.operation === operation).flatMap(figuresOf),
  )
  const caseName = (one: Figures) => `${shapeOf(one)} ${one.logits}`
  const places = [...new Set(all.flat().map(caseName))]
  const at = (one: Figures) => places.indexOf(caseName(one))
  const plots: Plot[] = [
    {
      title: 'Time against classes, 64 rows',
      x: (one) => (one.batchSize === 64 && one.logits === 'normal' ? one.numClasses : undefined),
      y: (one) => one.ms,
      yLabel: 'ms',
    },
    {
      title: 'Time against rows, 32,768 classes',
      x: (one) => (one.numClasses === 32768 && one.logits === 'normal' ? one.batchSize : undefined),
      y: (one) => one.ms,
      yLabel: 'ms',
    },
    { title: 'Time over the floor’s', places, x: at, y: (one) => one.toFloor, yLabel: '× floor' },
    {
      title: `Time over that of ${OWN}: above 1 is slower`,
      places,
      x: at,
      y: (one) => one.toOwn,
      yLabel: '× ours',
      leaveOut: [OWN],
    },
  ]
  for (const plot of plots) {
    const made = draw(plot, reports, all)
    if (made) place.append(made)
  }
}

function draw(plot: Plot, reports: Report[], all: Figures[][]): HTMLElement | undefined {
  const xs = [...new Set(all.flat().map(plot.x))].filter((x) => x !== undefined).toSorted((a, b) => a - b)
  if (xs.length < 2) return undefined
  const series: uPlot.Series[] = [{ label: plot.places ? 'case' : 'size', value: (_, x) => nameOf(plot, x) }]
  const data: uPlot.AlignedData = [xs]
  reports.forEach((report, i) => {
    CONTENDER_NAMES.forEach((name, n) => {
      const figures = all[i].filter(({ contender }) => contender === name)
      if (figures.length === 0 || plot.leaveOut?.includes(name)) return
      const values = xs.map((x) => {
        const found = figures.find((each) => plot.x(each) === x)
        return (found && plot.y(found)) ?? null
      })
      if (values.every((value) => value === null)) return
      data.push(values)
      series.push({
        label: reports.length > 1 ? `${name}, ${adapterOf(report)}` : name,
        stroke: COLOURS[n],
        width: name === OWN ? 3 : 1.5,
        dash: i === 0 ? undefined : [6, 4],
        // Cases are no scale: what lies between two of them is nothing.
        paths: plot.places ? () => null : undefined,
        points: { show: true, size: name === OWN ? 9 : 7, fill: i === 0 ? COLOURS[n] : undefined },
        value: (_, value) => (value === null ? '' : value.toPrecision(3)),
      })
    })
  })
  const figure = element('figure', { style: 'margin: 0' } as object, element('h3', {}, plot.title))
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } }
  const options: uPlot.Options = {
    width: Math.max(280, Math.min(byId('plots').clientWidth, 560)),
    height: HEIGHT,
    scales: {
      x: plot.places ? { time: false, range: [-0.5, plot.places.length - 0.5] } : { time: false, distr: 3, log: 2 },
      y: { distr: 3, log: 10 },
    },
    axes: [
      {
        ...axis,
        ...(plot.places
          ? { splits: () => xs, values: (_, at) => at.map((x) => nameOf(plot, x)), rotate: -60, size: 110, space: 12 }
          : { splits: () => xs, values: (_, at) => at.map((x) => x.toLocaleString('en')), rotate: -40, size: 60 }),
      },
      { ...axis, label: plot.yLabel, size: 60 },
    ],
    series,
    cursor: { drag: { x: false, y: false } },
  }
  const made = new uPlot(options, data, figure)
  shown.push(made)
  new ResizeObserver(() => made.setSize({ width: figure.clientWidth, height: HEIGHT })).observe(figure)
  return figure
}

function nameOf({ places }: Plot, x: number | null): string {
  if (x === null) return ''
  return places ? (places[x] ?? '') : x.toLocaleString('en')
}

/** Colours of the page, read at each drawing: the canvas does not follow a change of the colour scheme. */
const colour = (name: string) => {
  const probe = element('span')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}
const ink = () => colour('--faint')
const line = () => colour('--line')

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => shown.forEach((plot) => plot.redraw()))
