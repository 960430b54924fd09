/** The classes of a row in the order of their scores: draws without replacement (Kool et al. 2019). The twin of `shaders/ordered/`. */

import { type Draw, drawHalves, gumbelAt, newHalves, wordOf } from '../../noise/words'
import { remainderOf, scoreOf } from './score'

const halves = newHalves()

/** The first classes of a row, of equal sums the lower first, and their scores. */
export interface Order {
  columns: Uint32Array
  scores: Float32Array
}

/** Of the kept columns, or of all that are not masked, the first `most`. */
export function orderOf(
  data: Float32Array,
  begin: number,
  numClasses: number,
  kept: Uint32Array | undefined,
  classOffset: number,
  most: number,
  draw: Draw,
): Order {
  const columns = kept ? kept.toSorted() : openColumns(data, begin, numClasses)
  const scores = new Float32Array(columns.length)
  const remainders = new Float32Array(columns.length)
  const { temperature } = draw.settings
  let group = -1
  columns.forEach((column, i) => {
    const classNumber = classOffset + column
    if (classNumber >>> 3 !== group) {
      group = classNumber >>> 3
      drawHalves(halves, group, draw)
    }
    const gumbel = gumbelAt(wordOf(halves.high, halves.low, classNumber & 7), classNumber, draw)
    scores[i] = scoreOf(data[begin + column], temperature, gumbel)
    remainders[i] = remainderOf(data[begin + column], temperature, gumbel)
  })
  const places = placesOf(scores, most).toSorted(
    (a, b) => scores[b] - scores[a] || remainders[b] - remainders[a] || a - b,
  )
  const first = places.subarray(0, most)
  return { columns: first.map((i) => columns[i]), scores: Float32Array.from(first, (i) => scores[i]) }
}

function openColumns(data: Float32Array, begin: number, numClasses: number): Uint32Array {
  const columns = new Uint32Array(numClasses)
  let count = 0
  for (let c = 0; c < numClasses; c++) if (data[begin + c] !== -Infinity) columns[count++] = c
  return columns.subarray(0, count)
}

/** Places of scores that may be among the first so many: all that are no less than the last of those. */
function placesOf(scores: Float32Array, most: number): Uint32Array {
  const least = most < scores.length ? scores.toSorted()[scores.length - most] : -Infinity
  const places = new Uint32Array(scores.length)
  let count = 0
  for (let i = 0; i < scores.length; i++) if (scores[i] >= least) places[count++] = i
  return places.subarray(0, count)
}
