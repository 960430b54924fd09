import { quantile, type RunningChiSquared } from '../chi_squared'
import { byId, html, picture, shape } from '../dom'
import { chance, counted, fixed, grouped } from '../numbers'
import { className } from './probabilities'
import type { Tally } from './races'
import { type LabState, MAX_RACES } from './state'

/** Draws at the left end of the plot; MAX_RACES are at the right. */
const FIRST_DRAW = 10
const DECADES = Math.log10(MAX_RACES / FIRST_DRAW)

/** Draws right by chance go above this line once in a thousand. */
const LIMIT = 0.999

/** The running chi-squared: numbers, a plot and the counts. */
export function showRaces({ chiSquared, equal }: Tally, { races }: LabState): void {
  const { draws, statistic, degrees, pValue, rarest } = chiSquared
  for (const [id, value] of Object.entries({
    'race-draws': grouped(draws),
    'race-statistic': fixed(statistic, 2),
    'race-degrees': String(degrees),
    'race-p': rarest || degrees === 0 ? '–' : chance(pValue),
  }))
    byId(id).textContent = value

  // Those who hear the page are told of the end of a run, not of each part.
  if (draws >= races) byId('race-verdict').textContent = `${verdict(chiSquared)} ${agreement(draws, equal)}`
  byId('race-plot').replaceChildren(...plot(chiSquared))
  byId('race-counts').replaceChildren(...countRows(chiSquared))
}

function verdict({ draws, degrees, pValue, rarest }: RunningChiSquared): string {
  if (degrees === 0) return 'Only one class can win: there is nothing to test.'
  if (rarest)
    return `Too few draws for the test: it wants 5 wins expected of each class, and ${className(rarest.index)} has ${fixed(rarest.expected, 1)}.`
  const found = `Right draws would stray from p at least this far in ${percent(pValue)} of such runs`
  return pValue > 1 - LIMIT
    ? `${found}: after ${counted(draws, 'race')}, nothing speaks against them.`
    : `${found}: these races look wrong.`
}

function agreement(draws: number, equal: number): string {
  return equal === draws
    ? `Gumbel-max, by sample(), drew the winner of each race.`
    : `Gumbel-max, by sample(), drew the winner of ${grouped(equal)} of them.`
}

function percent(share: number): string {
  return share < 0.001 ? 'less than 0.1 %' : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
}

function plot({ points, draws, statistic, degrees, rarest }: RunningChiSquared): Element[] {
  if (degrees === 0) return [picture(1, 1, [])]
  const limit = quantile(LIMIT, degrees)
  const last = rarest ? [] : [{ draws, statistic }]
  const curve = [...points, ...last].filter((point) => point.draws >= FIRST_DRAW)
  const top = 1.15 * Math.max(limit, ...curve.map((point) => point.statistic))
  const x = (n: number) => Math.log10(n / FIRST_DRAW) / DECADES
  const y = (value: number) => 1 - value / top

  const decades = Array.from({ length: DECADES + 1 }, (_, i) => FIRST_DRAW * 10 ** i)
  const across = (kind: string, value: number) =>
    shape('line', { class: kind, x1: 0, x2: 1, y1: y(value), y2: y(value) })
  const shapes = [
    ...decades.map((n) => shape('line', { class: 'grid', x1: x(n), x2: x(n), y1: 0, y2: 1 })),
    across('limit', limit),
    across('mean', degrees),
  ]
  if (curve.length > 0) {
    const path = curve.map((point) => `${x(point.draws).toFixed(5)} ${y(point.statistic).toFixed(5)}`)
    shapes.push(
      shape('path', { class: 'curve', d: `M${path.join('L')}` }),
      // A line of no length with round ends is a dot that does not stretch with the picture.
      shape('path', { class: 'dot', d: `M${path.at(-1)}h0` }),
    )
  }

  const label = `χ² is ${fixed(statistic, 2)} after ${counted(draws, 'race')}; ${degrees} is expected, and less than ${fixed(limit, 1)} in 999 of 1,000 runs`
  const mark = (kind: string, text: string, style: string) =>
    html('span', { class: kind, style, 'aria-hidden': 'true' }, text)
  const level = (text: string, value: number) => mark('level', text, `top: ${100 * y(value)}%`)
  return [
    picture(1, 1, shapes, { role: 'img', 'aria-label': label }),
    level(fixed(limit, 1), limit),
    level(String(degrees), degrees),
    level('0', 0),
    ...decades.map((n) => mark('decade', compact(n), `left: ${100 * x(n)}%`)),
  ]
}

/** 10, 100, 1K, … 1M: what fits under an axis on a phone. */
function compact(count: number): string {
  return count.toLocaleString('en', { notation: 'compact' })
}

function countRows(chiSquared: RunningChiSquared): HTMLElement[] {
  const { probabilities, counts, draws } = chiSquared
  return counts.map((count, i) =>
    html(
      'tr',
      {},
      html('th', { scope: 'row' }, className(i)),
      html('td', { class: 'number' }, (probabilities[i] * draws).toLocaleString('en', { maximumFractionDigits: 1 })),
      html('td', { class: 'number' }, grouped(count)),
      html('td', { class: 'number' }, fixed(chiSquared.contribution(i), 2)),
    ),
  )
}
