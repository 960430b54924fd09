/** The classes of a row in the order of their scores: draws without replacement (Kool et al. 2019). The twin of `shaders/ordered/`. */

import { type Draw, drawHigh, drawLow, gumbelAt, highHalfOf, wordOf } from '../../noise/words'
import { barOf, upperBound } from './scan'
import { remainderOf, scoreOf } from './score'

const high = new Uint32Array(4)
const low = new Uint32Array(4)
/** Candidates beyond those wanted before some are dropped. */
const MOST_MORE = 1024

/** The first classes of a row, of equal sums the lower first, and their scores. */
export interface Order {
  columns: Uint32Array
  scores: Float32Array
}

/** Of the kept columns, or of all that are not masked, the first `most`. Noise that cannot bring its class among those is not made. */
export function orderOf(
  data: Float32Array,
  begin: number,
  numClasses: number,
  kept: Uint32Array | undefined,
  classOffset: number,
  most: number,
  draw: Draw,
): Order {
  const { temperature } = draw.settings
  const candidates = new Candidates(numClasses, most)
  const open = kept ? kept.toSorted() : openColumns(data, begin, numClasses)
  let [group, lowDrawn, bar] = [-1, false, -Infinity]
  for (const column of open) {
    const classNumber = classOffset + column
    if (classNumber >>> 3 !== group) {
      group = classNumber >>> 3
      drawHigh(high, group, draw)
      lowDrawn = false
    }
    const logit = data[begin + column]
    if (logit + temperature * upperBound(highHalfOf(high, classNumber & 7)) < bar) continue
    if (!lowDrawn) drawLow(low, group, draw)
    lowDrawn = true
    const gumbel = gumbelAt(wordOf(high, low, classNumber & 7), classNumber, draw)
    const full = candidates.add(column, scoreOf(logit, temperature, gumbel), remainderOf(logit, temperature, gumbel))
    if (full) bar = barOf(candidates.keep(), temperature)
  }
  return candidates.order()
}

function openColumns(data: Float32Array, begin: number, numClasses: number): Uint32Array {
  const columns = new Uint32Array(numClasses)
  let count = 0
  for (let c = 0; c < numClasses; c++) if (data[begin + c] !== -Infinity) columns[count++] = c
  return columns.subarray(0, count)
}

/** Classes that may be among the first so many, in ascending order. */
class Candidates {
  #columns: Uint32Array
  #scores: Float32Array
  #remainders: Float32Array
  #most: number
  #count = 0
  #full: number

  constructor(numClasses: number, most: number) {
    this.#columns = new Uint32Array(numClasses)
    this.#scores = new Float32Array(numClasses)
    this.#remainders = new Float32Array(numClasses)
    this.#most = most
    this.#full = most + MOST_MORE
  }

  /** Whether there are so many now that some should be dropped. */
  add(column: number, score: number, remainder: number): boolean {
    this.#columns[this.#count] = column
    this.#scores[this.#count] = score
    this.#remainders[this.#count] = remainder
    return ++this.#count >= this.#full
  }

  /** Drops those whose scores are less than the last of the first so many; gives that. */
  keep(): number {
    const scores = this.#scores.subarray(0, this.#count)
    const least = scores.length > this.#most ? scores.toSorted()[scores.length - this.#most] : -Infinity
    this.#count = 0
    for (let i = 0; i < scores.length; i++)
      if (scores[i] >= least) this.add(this.#columns[i], scores[i], this.#remainders[i])
    this.#full = this.#count + this.#most + MOST_MORE
    return least
  }

  order(): Order {
    this.keep()
    const [columns, scores, remainders] = [this.#columns, this.#scores, this.#remainders]
    const places = Uint32Array.from({ length: this.#count }, (_, i) => i).toSorted(
      (a, b) => scores[b] - scores[a] || remainders[b] - remainders[a] || a - b,
    )
    const first = places.subarray(0, this.#most)
    return { columns: first.map((i) => columns[i]), scores: Float32Array.from(first, (i) => scores[i]) }
  }
}
