import { type Draw, drawHigh, drawLow, gumbelAt, highHalfOf, wordOf } from '../../noise/words'
import { type Winner, barOf, upperBound } from './scan'
import { remainderOf, scoreOf } from './score'

/** Rows up to this long are drawn here. */
export const MOST_CLASSES = 128

const highs = Array.from({ length: MOST_CLASSES / 8 }, () => new Uint32Array(4))
const low = new Uint32Array(4)
const uppers = new Float64Array(MOST_CLASSES)

/**
 * The winner of a row of up to MOST_CLASSES, as `scan` gives it; the counterpart of
 * `shaders/shared/contest.wgsl`. Classes are tried in the order of the most that they could score, so that few are.
 */
export function contest(
  data: Float32Array,
  begin: number,
  numClasses: number,
  classOffset: number,
  draw: Draw,
): Winner {
  const { temperature } = draw.settings
  const firstGroup = classOffset >>> 3
  for (let c = 0; c < numClasses; c++) {
    const high = highs[c >> 3]
    if ((c & 7) === 0) drawHigh(high, firstGroup + (c >> 3), draw)
    uppers[c] = data[begin + c] + temperature * upperBound(highHalfOf(high, c & 7))
  }

  let best = -Infinity
  let remainder = 0
  let winner = -1
  for (;;) {
    let c = 0
    for (let other = 1; other < numClasses; other++) if (uppers[other] > uppers[c]) c = other
    if (uppers[c] === -Infinity || uppers[c] < barOf(best, temperature))
      return { best, remainder, index: classOffset + winner }
    drawLow(low, firstGroup + (c >> 3), draw)
    const word = wordOf(highs[c >> 3], low, c & 7)
    uppers[c] = -Infinity
    const gumbel = gumbelAt(word, classOffset + c, draw)
    const score = scoreOf(data[begin + c], temperature, gumbel)
    if (score < best) continue
    const rest = remainderOf(data[begin + c], temperature, gumbel)
    if (score > best || rest > remainder || (rest === remainder && c < winner)) {
      best = score
      remainder = rest
      winner = c
    }
  }
}
