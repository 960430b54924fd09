/**
 * One read of a row for its winner, the twin of `shaders/shared/scan.wgsl`. Noise is lazy and the result exact: `bar` is
 * a value that the winner is known to reach, lowered by more than the arithmetic's rounding. Philox is skipped where no
 * noise could reach it, the low halves and the transform where the high half bounds the noise below it.
 */

import { type Draw, drawHigh, drawLow, gumbelAt, highHalfOf, wordOf } from '../../noise/words'
import { remainderOf, scoreOf } from './score'

/** Noise lies between these, without and with the extended tail. */
const MIN_GUMBEL = -3.2
const MAX_GUMBEL = 22.9
const MAX_TAIL_GUMBEL = 45.1
/** For a high half h >= 1, with B(h) the bits of its float32: -ln(h / 65536) <= UPPER - SLOPE * B(h). In step with scan.wgsl. */
const UPPER = 99.12005
const SLOPE = 8.262958294867817e-8

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)
const high = new Uint32Array(4)
const low = new Uint32Array(4)

/** A bound that the noise of words with this high half does not pass; of any word where it is 0. @internal */
export function upperBound(half: number): number {
  float[0] = half
  return UPPER - SLOPE * bits[0]
}

/** What a winner reaches where a class has this score. @internal */
export function barOf(score: number, temperature: number): number {
  // The last term is for T = 0, where subnormal logits tie with 0.
  return score - Math.abs(score) * 2 ** -21 - temperature * 4e-5 - 2 ** -125
}

/** The drawn class, its score, and what the exact sum has beyond that. */
export interface Winner {
  best: number
  remainder: number
  index: number
}

/** Whether any of the logits from `begin` to before `end` is at least `line`. */
function anyReaches(data: Float32Array, begin: number, end: number, line: number): boolean {
  for (let i = begin; i < end; i++) if (data[i] >= line) return true
  return false
}

/** The smaller of two numbers of 16 bits. Without a branch, which random numbers would mispredict. */
function min16(a: number, b: number): number {
  return b + ((a - b) & ((a - b) >> 31))
}

/** The class of a row with the largest exact sum, the first where several have it, its score, and what the sum has beyond that. `largest` is the row's logit. */
export function scan(
  data: Float32Array,
  begin: number,
  numClasses: number,
  classOffset: number,
  largest: number,
  draw: Draw,
): Winner {
  const { temperature } = draw.settings
  const reach = temperature * (draw.extended ? MAX_TAIL_GUMBEL : MAX_GUMBEL)
  let best = -Infinity
  let remainder = 0
  let index = -1
  let bar = barOf(largest + temperature * MIN_GUMBEL, temperature)
  for (let first = 0; first < numClasses; first += 8) {
    const end = Math.min(first + 8, numClasses)
    if (!anyReaches(data, begin + first, begin + end, bar - reach)) continue
    const group = (classOffset + first) >>> 3
    drawHigh(high, group, draw)
    let least = 0xffff
    for (let j = 0; j < 4; j++) least = min16(least, min16(high[j] >>> 16, high[j] & 0xffff))
    if (!anyReaches(data, begin + first, begin + end, bar - temperature * upperBound(least))) continue

    let lowDrawn = false
    for (let i = 0; first + i < end; i++) {
      const logit = data[begin + first + i]
      if (logit + temperature * upperBound(highHalfOf(high, i)) < bar) continue
      if (!lowDrawn) {
        drawLow(low, group, draw)
        lowDrawn = true
      }
      const classNumber = classOffset + first + i
      const gumbel = gumbelAt(wordOf(high, low, i), classNumber, draw)
      const score = scoreOf(logit, temperature, gumbel)
      if (score < best) continue
      const rest = remainderOf(logit, temperature, gumbel)
      if (score > best || rest > remainder) {
        best = score
        remainder = rest
        index = classNumber
        bar = Math.max(bar, barOf(best, temperature))
      }
    }
  }
  return { best, remainder, index }
}
