/** What the page shows of a sweep and of descents. */
import { html } from '../../dom'
import { fixed } from '../../numbers'
import { type Axis, type Chart, type Curve, decades } from './chart'
import { type Descents, STEPS } from './descent'
import { ESTIMATORS, type Estimator, gradientOf } from './estimators'
import { type Moments, type Point, TAUS } from './sweep'

export const NAMES: Record<Estimator, string> = {
  'gumbel-softmax': 'Gumbel-softmax',
  'straight-through': 'straight-through Gumbel',
  reinforce: 'REINFORCE',
  'reinforce-baseline': 'REINFORCE with baseline',
  rebar: 'REBAR',
}
/** Of a right estimator, three means in a thousand are so many standard errors off. */
const TOLD_APART = 3

const tauAxis: Axis = {
  title: 'τ',
  from: TAUS[0],
  to: TAUS[TAUS.length - 1],
  scale: 'log',
  ticks: [0.05, 0.2, 1, 5].map((value) => ({ value, text: String(value) })).concat({ value: 10, text: '10' }),
}

/** Whether a mean is further from the truth than chance takes it. */
const isBiased = ({ bias, error }: Moments) => Math.abs(bias) > TOLD_APART * error

/** Bias and variance against tau, with a line at `at`. */
export function sweepCharts(points: Point[], logit: number, at: number): { bias: Chart; variance: Chart } {
  const curves = (valueOf: (moments: Moments) => number, isOpen: (moments: Moments) => boolean): Curve[] =>
    ESTIMATORS.map((name) => ({
      name,
      marked: true,
      points: points.map(({ tau, moments }) => ({ x: tau, y: valueOf(moments[name]), open: isOpen(moments[name]) })),
    }))
  const truth = gradientOf(logit)
  const yAxis = (title: string, from: number, to: number): Axis => ({
    title,
    from,
    to,
    scale: 'log',
    ticks: decades(from, to),
  })
  return {
    bias: {
      x: tauAxis,
      y: yAxis('|bias|', 1e-5, 0.2),
      curves: curves(
        (moments) => Math.max(Math.abs(moments.bias), TOLD_APART * moments.error),
        (moments) => !isBiased(moments),
      ),
      levels: [{ y: truth, text: 'the gradient itself' }],
      at,
      label: `Bias of each estimator against tau, on logarithmic axes. ${spoken(points, ({ bias }) => bias)}`,
    },
    variance: {
      x: tauAxis,
      y: yAxis('variance', 1e-6, 2),
      curves: curves(
        ({ variance }) => variance,
        () => false,
      ),
      levels: [{ y: truth ** 2, text: 'the gradient, squared' }],
      at,
      label: `Variance of each estimator against tau, on logarithmic axes. ${spoken(points, ({ variance }) => variance)}`,
    },
  }
}

function spoken(points: Point[], valueOf: (moments: Moments) => number): string {
  const [first, last] = [points[0], points[points.length - 1]]
  if (!last) return ''
  const values = ESTIMATORS.map((name) => {
    const [a, b] = [first, last].map(({ moments }) => valueOf(moments[name]).toExponential(1))
    return `${NAMES[name]}: ${a} to ${b}`
  })
  return `From tau ${first.tau} to ${last.tau}, ${values.join('; ')}.`
}

export function descentChart(descents: Descents, logit: number, tau: number): Chart {
  const ticks = (values: number[]) => values.map((value) => ({ value, text: String(value) }))
  const ends = ESTIMATORS.map((name) => `${NAMES[name]} ${fixed(descents[name][descents[name].length - 1], 2)}`)
  return {
    x: { title: 'steps', from: 0, to: STEPS, scale: 'linear', ticks: ticks([0, 100, 200, 300, 400]) },
    y: { title: 'p', from: 0, to: 1, scale: 'linear', ticks: ticks([0, 0.25, 0.5, 0.75, 1]) },
    curves: ESTIMATORS.map((name) => ({
      name,
      points: descents[name].flatMap((y, x) => (x % 4 === 0 ? [{ x, y }] : [])),
    })),
    levels: [],
    label: `The probability p as the logit goes down from ${logit} at tau ${tau}; best is 0. By now: ${ends.join('; ')}.`,
  }
}

/** A row of numbers for each estimator. */
export function rowsOf({ moments }: Point): HTMLElement[] {
  return ESTIMATORS.map((name) => {
    const { mean, bias, error, variance } = moments[name]
    const cell = (text: string) => html('td', {}, text)
    const swatch = html('span', { class: `swatch ${name}`, 'aria-hidden': 'true' })
    return html(
      'tr',
      { 'data-estimator': name },
      html('th', { scope: 'row' }, swatch, NAMES[name]),
      cell(fixed(mean, 4)),
      cell(`${fixed(bias, 4)} ± ${fixed(error, 4)}`),
      cell(variance.toPrecision(2)),
    )
  })
}
