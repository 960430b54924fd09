import { html, picture, shape } from '../dom'
import type { OneDraw } from './draws'
import { fixed } from '../numbers'
import { className } from './probabilities'
import type { LabState } from './state'

/** A bar from one value to another, on the scale of its step. */
interface Bar {
  from: number
  to: number
  /** Where a tick stands, if one does. */
  tick?: number
}

/** One step of the trick: a row for each class. */
interface Step {
  id: string
  title: string
  formula: string
  /** What the picture shows. */
  caption: string
  values: readonly number[]
  digits?: number
  bars: readonly Bar[]
  /** The ends of the scale. */
  scale: readonly [number, number]
}

/** The trick for one draw, step by step. */
export function showSteps(list: HTMLElement, draw: OneDraw, state: LabState): void {
  list.replaceChildren(
    ...stepsOf(draw, state).map((step) =>
      html(
        'li',
        { id: step.id },
        html('h3', {}, step.title, html('span', { class: 'formula' }, step.formula)),
        html('p', {}, step.caption),
        table(step, draw.index),
      ),
    ),
  )
}

function stepsOf({ index, logits, uniforms, gumbels, sums, times, relaxed }: OneDraw, { tau }: LabState): Step[] {
  const winner = className(index)
  const oneHot = logits.map((_, i) => Number(i === index))
  const fromZero = (values: readonly number[]) => values.map((to) => ({ from: 0, to }))
  const soft = relaxed.at(-1)!
  return [
    {
      id: 'step-uniforms',
      title: 'Uniforms',
      formula: 'Uᵢ',
      caption: 'Each class gets a random number between 0 and 1, whatever its probability.',
      values: uniforms,
      digits: 6,
      bars: fromZero(uniforms),
      scale: [0, 1],
    },
    {
      id: 'step-noise',
      title: 'Gumbel noise',
      formula: 'gᵢ = −log(−log Uᵢ)',
      caption: 'Two logarithms turn it into noise that is seldom far below 0 and sometimes far above.',
      values: gumbels,
      bars: fromZero(gumbels),
      scale: scaleOf(gumbels, -2, 4),
    },
    {
      id: 'step-sums',
      title: 'Logits plus noise',
      formula: 'log pᵢ + gᵢ',
      caption: `The noise carries each class from its logit, the tick, to the end of its bar; ${winner} comes farthest to the right.`,
      values: sums,
      bars: sums.map((sum, i) => ({ from: logits[i], to: sum, tick: logits[i] })),
      scale: scaleOf([...logits, ...sums], -4, 2),
    },
    {
      id: 'step-argmax',
      title: 'Argmax',
      formula: 'argmaxᵢ (log pᵢ + gᵢ)',
      caption: `The largest sum is drawn: class ${winner}, an exact draw from p.`,
      values: oneHot,
      digits: 0,
      bars: fromZero(oneHot),
      scale: [0, 1],
    },
    {
      id: 'step-softmax',
      title: 'Softmax',
      formula: `softmax((log p + g) / τ), τ = ${tau}`,
      caption:
        tau === 0
          ? 'In place of the argmax; at τ = 0 it is the same one-hot vector.'
          : 'In place of the argmax, and differentiable; the order of the classes stays as it was.',
      values: soft,
      bars: fromZero(soft),
      scale: [0, 1],
    },
    {
      id: 'step-race',
      title: 'The same draw as a race',
      formula: 'Tᵢ = −log Uᵢ / pᵢ',
      caption: `The smallest time wins. The bars show how far each class has come when ${winner} arrives.`,
      values: times,
      bars: fromZero(times.map((time) => times[index] / time)),
      scale: [0, 1],
    },
  ]
}

function table({ title, values, digits, bars, scale }: Step, winner: number): HTMLElement {
  const rows = values.map((value, i) => {
    const won = i === winner
    const cell = html('td', { class: 'number', 'data-value': value }, fixed(value, digits))
    const mark = html('td', { class: 'mark' }, ...(won ? [html('abbr', { title: 'drawn' }, '◂')] : []))
    return html(
      'tr',
      won ? { class: 'winner' } : {},
      html('th', { scope: 'row' }, className(i)),
      html('td', { class: 'picture' }, barOf(bars[i], scale)),
      cell,
      mark,
    )
  })
  return html('table', { 'aria-label': title }, html('tbody', {}, ...rows))
}

function barOf({ from, to, tick }: Bar, [min, max]: readonly [number, number]): SVGElement {
  const at = (value: number) => (value - min) / (max - min)
  const shapes: SVGElement[] = []
  if (min < 0) shapes.push(shape('line', { class: 'zero', x1: at(0), x2: at(0), y1: 0, y2: 1 }))
  // A class of probability 0 has a logit of -Infinity and is nowhere on the scale.
  if (Number.isFinite(from) && Number.isFinite(to)) {
    const [left, right] = [at(from), at(to)].toSorted((a, b) => a - b)
    shapes.push(shape('rect', { class: 'bar', x: left, width: right - left, y: 0.2, height: 0.6 }))
  }
  if (tick !== undefined && Number.isFinite(tick))
    shapes.push(shape('line', { class: 'tick', x1: at(tick), x2: at(tick), y1: 0, y2: 1 }))
  return picture(1, 1, shapes, { 'aria-hidden': 'true' })
}

/** A scale that holds the values, and at least from `min` to `max`. */
function scaleOf(values: readonly number[], min: number, max: number): [number, number] {
  const finite = values.filter(Number.isFinite)
  return [Math.min(min, ...finite), Math.max(max, ...finite)]
}
