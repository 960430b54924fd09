import { type Draw, drawHalves, gumbelAt, newHalves, wordOf } from '../../noise/words'
import { type Winner, scan } from './scan'
import { remainderOf, scoreOf } from './score'

/** Up to so many kept classes are drawn from one by one, each with the noise of its group; more by a scan of their row. */
const MOST_LISTED = 512

const halves = newHalves()

/** Draws from the kept classes of a row, columns in any order, as `scan` does from all; the counterpart of `shaders/filter/draw_listed.wgsl`. */
export function drawListed(
  data: Float32Array,
  begin: number,
  columns: Uint32Array,
  classOffset: number,
  draw: Draw,
): Winner {
  const { temperature } = draw.settings
  const winner: Winner = { best: -Infinity, remainder: 0, index: -1 }
  for (const column of columns) {
    const classNumber = classOffset + column
    drawHalves(halves, classNumber >>> 3, draw)
    const gumbel = gumbelAt(wordOf(halves.high, halves.low, classNumber & 7), classNumber, draw)
    const logit = data[begin + column]
    const score = scoreOf(logit, temperature, gumbel)
    if (score < winner.best) continue
    const remainder = remainderOf(logit, temperature, gumbel)
    if (
      score > winner.best ||
      remainder > winner.remainder ||
      (remainder === winner.remainder && classNumber < winner.index)
    ) {
      winner.best = score
      winner.remainder = remainder
      winner.index = classNumber
    }
  }
  return winner
}

/** Draws from the kept classes of a row, of whatever number. */
export function drawerOf(
  data: Float32Array,
  begin: number,
  numClasses: number,
  columns: Uint32Array,
  classOffset: number,
  largest: number,
): (draw: Draw) => Winner {
  if (columns.length <= MOST_LISTED) return (draw) => drawListed(data, begin, columns, classOffset, draw)
  const row = new Float32Array(numClasses).fill(-Infinity)
  for (const column of columns) row[column] = data[begin + column]
  return (draw) => scan(row, 0, numClasses, classOffset, largest, draw)
}
