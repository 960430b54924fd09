import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { colour } from '../../demo/colour'
import { shapeOf } from '../cases'
import { CONTENDER_NAMES, type ContenderName, OWN } from '../contender'
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
const COLOURS: Record<ContenderName, string> = {
  'gumbel-webgpu': '#c8442f',
  'gumbel-webgpu, plain': '#8a8a8a',
  argmax: '#2f7ed8',
  'jax-js': '#d98a00',
  tfjs: '#3a9d5d',
  'naive WGSL': '#9b59b6',
  'argsort WGSL': '#7f6a4f',
  'Philox alone': '#e0776a',
  copy: '#17a2b8',
  'gumbel-webgpu, read back': '#b5528b',
  'read back, JS': '#6b8e23',
  'gumbel-webgpu, CPU': '#4b5d8a',
}
const HEIGHT = 320

/** How the lines of each report are drawn; the first report's are solid. */
const DASHES = [
  { name: 'solid', dash: [] },
  { name: 'dashed', dash: [7, 4] },
  { name: 'dotted', dash: [2, 3] },
  { name: 'dash-dotted', dash: [9, 3, 2, 3] },
]

let shown: uPlot[] = []
/** Contenders whose lines are off. */
const hidden = new Set<string>()

/** Draws the plots of one operation, with a key for all of them. */
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
  const figures = plots.flatMap((plot) => draw(plot, all) ?? [])
  if (figures.length > 0) place.append(keyOf(reports, all), ...figures)
}

/** The colours of the contenders, which switch their lines on and off, and the dashes of the reports. */
function keyOf(reports: Report[], all: Figures[][]): HTMLElement {
  const present = CONTENDER_NAMES.filter((name) => all.flat().some(({ contender }) => contender === name))
  const entries = present.map((name) => {
    const box = element('input', { type: 'checkbox', checked: !hidden.has(name) })
    box.addEventListener('change', () => {
      if (box.checked) hidden.delete(name)
      else hidden.add(name)
      for (const plot of shown)
        plot.series.forEach(({ label }, i) => label === name && plot.setSeries(i, { show: box.checked }))
    })
    const swatch = element('span', { className: 'swatch' })
    swatch.style.background = COLOURS[name]
    return element('label', { className: 'choice' }, box, swatch, name)
  })
  const dashes = reports.map((report, i) =>
    element('p', { className: 'hint' }, `${dashOf(i).name}: ${adapterOf(report)}`),
  )
  return element('div', { className: 'key' }, ...entries, ...(reports.length > 1 ? dashes : []))
}

const dashOf = (report: number) => DASHES[report % DASHES.length]

function draw(plot: Plot, all: Figures[][]): HTMLElement | undefined {
  const xs = [...new Set(all.flat().map(plot.x))].filter((x) => x !== undefined).toSorted((a, b) => a - b)
  if (xs.length < 2) return undefined
  const series: uPlot.Series[] = [{}]
  const data: uPlot.AlignedData = [xs]
  all.forEach((ofReport, i) => {
    CONTENDER_NAMES.forEach((name) => {
      const figures = ofReport.filter(({ contender }) => contender === name)
      if (figures.length === 0 || plot.leaveOut?.includes(name)) return
      const values = xs.map((x) => {
        const found = figures.find((each) => plot.x(each) === x)
        return (found && plot.y(found)) ?? null
      })
      if (values.every((value) => value === null)) return
      data.push(values)
      series.push({
        label: name,
        show: !hidden.has(name),
        stroke: COLOURS[name],
        width: name === OWN ? 3 : 1.5,
        dash: dashOf(i).dash,
        // Cases are no scale: what lies between two of them is nothing.
        paths: plot.places ? () => null : undefined,
        points: { show: true, size: name === OWN ? 9 : 7, fill: i === 0 ? COLOURS[name] : () => colour('--paper') },
      })
    })
  })
  const figure = element('figure', {}, element('h3', {}, plot.title))
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
        ...(plot.places ? { rotate: -60, size: 140, space: 12 } : {}),
        splits: () => xs,
        filter: (_, splits) => splits,
        values: (_, at) => at.map((x) => nameOf(plot, x)),
      },
      { ...axis, label: plot.yLabel, size: 60 },
    ],
    series,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
  }
  const made = new uPlot(options, data, figure)
  shown.push(made)
  new ResizeObserver(() => made.setSize({ width: figure.clientWidth, height: HEIGHT })).observe(figure)
  return figure
}

function nameOf({ places }: Plot, x: number | null | undefined): string {
  if (x === null || x === undefined) return ''
  return places ? (places[x] ?? '') : x.toLocaleString('en')
}

const ink = () => colour('--faint')
const line = () => colour('--line')

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => shown.forEach((plot) => plot.redraw()))
