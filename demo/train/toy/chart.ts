/** Charts of curves, drawn in the pixels of their box, so that words keep their size on any screen. */
import { html } from '../../dom'

const SVG = 'http://www.w3.org/2000/svg'
const HEIGHT = 300
const MARGIN = { left: 58, right: 12, top: 10, bottom: 42 }
const RADIUS = 3

export interface Axis {
  title: string
  from: number
  to: number
  scale: 'log' | 'linear'
  ticks: { value: number; text: string }[]
}

export interface Curve {
  /** The class of its colour. */
  name: string
  points: { x: number; y: number; /** Whether it is drawn open, and its lines dotted. */ open?: boolean }[]
  /** Whether points are marked. */
  marked?: boolean
}

export interface Chart {
  x: Axis
  y: Axis
  curves: Curve[]
  /** Lines across, with a name below each. */
  levels: { y: number; text: string }[]
  /** A line down. */
  at?: number
  /** What it shows, in a sentence. */
  label: string
}

/** Draws a chart in place of what the box holds, and again when the box has another width; the returned function takes what to draw. */
export function chartIn(box: HTMLElement): (chart: Chart) => void {
  let latest: Chart | undefined
  let width = 0
  const draw = () => {
    if (latest && width > 0) box.replaceChildren(pictureOf(latest, width))
  }
  new ResizeObserver(() => {
    if (box.clientWidth === width) return
    width = box.clientWidth
    draw()
  }).observe(box)
  return (chart) => {
    latest = chart
    draw()
  }
}

function pictureOf({ x, y, curves, levels, at, label }: Chart, width: number): SVGElement {
  const place = (axis: Axis, low: number, high: number) => (value: number) => {
    const of = axis.scale === 'log' ? Math.log : (each: number) => each
    const share = (of(value) - of(axis.from)) / (of(axis.to) - of(axis.from))
    return Math.round(10 * (low + Math.min(1, Math.max(0, share)) * (high - low))) / 10
  }
  const [left, right, top, bottom] = [MARGIN.left, width - MARGIN.right, MARGIN.top, HEIGHT - MARGIN.bottom]
  const [px, py] = [place(x, left, right), place(y, bottom, top)]
  const line = (kind: string, x1: number, y1: number, x2: number, y2: number) =>
    svg('line', { class: kind, x1, y1, x2, y2 })
  const text = (content: string, attributes: Record<string, string | number>) => {
    const element = svg('text', attributes)
    element.textContent = content
    return element
  }

  const picture = svg('svg', {
    viewBox: `0 0 ${width} ${HEIGHT}`,
    width,
    height: HEIGHT,
    role: 'img',
    'aria-label': label,
  })
  for (const { value, text: content } of x.ticks)
    picture.append(
      line('grid', px(value), top, px(value), bottom),
      text(content, { x: px(value), y: bottom + 16, class: 'tick', 'text-anchor': 'middle' }),
    )
  for (const { value, text: content } of y.ticks)
    picture.append(
      line('grid', left, py(value), right, py(value)),
      text(content, { x: left - 6, y: py(value) + 4, class: 'tick', 'text-anchor': 'end' }),
    )
  picture.append(text(x.title, { x: (left + right) / 2, y: HEIGHT - 6, class: 'title', 'text-anchor': 'middle' }))
  picture.append(
    text(y.title, {
      x: 12,
      y: (top + bottom) / 2,
      class: 'title',
      'text-anchor': 'middle',
      transform: `rotate(-90 12 ${(top + bottom) / 2})`,
    }),
  )
  for (const { y: value, text: content } of levels)
    picture.append(
      line('level', left, py(value), right, py(value)),
      text(content, { x: (left + right) / 2, y: py(value) + 16, class: 'tick', 'text-anchor': 'middle' }),
    )
  if (at !== undefined) picture.append(line('at', px(at), top, px(at), bottom))

  for (const { name, points, marked } of curves) {
    const group = svg('g', { class: `curve ${name}` })
    for (let i = 1; i < points.length; i++) {
      const [a, b] = [points[i - 1], points[i]]
      group.append(line(a.open || b.open ? 'dotted' : '', px(a.x), py(a.y), px(b.x), py(b.y)))
    }
    for (const point of marked ? points : [])
      group.append(svg('circle', { class: point.open ? 'open' : '', cx: px(point.x), cy: py(point.y), r: RADIUS }))
    picture.append(group)
  }
  return picture
}

/** Powers of ten as ticks. */
export function decades(from: number, to: number): Axis['ticks'] {
  const first = Math.ceil(Math.log10(from))
  return Array.from({ length: Math.floor(Math.log10(to)) - first + 1 }, (_, i) => {
    const power = first + i
    return {
      value: 10 ** power,
      text: power >= -1 && power <= 1 ? String(Number((10 ** power).toPrecision(1))) : `10${raised(power)}`,
    }
  })
}

const DIGITS = '⁰¹²³⁴⁵⁶⁷⁸⁹'

function raised(power: number): string {
  return [...String(power)].map((digit) => (digit === '-' ? '⁻' : DIGITS[Number(digit)])).join('')
}

/** The names of curves beside their colours. */
export function legend(names: Record<string, string>): HTMLElement[] {
  return Object.entries(names).map(([name, text]) =>
    html('li', {}, html('span', { class: `swatch ${name}`, 'aria-hidden': 'true' }), text),
  )
}

function svg(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  return element
}
