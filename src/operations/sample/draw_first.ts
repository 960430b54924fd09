/**
 * Draws by top-p alone without knowing what it keeps: from all classes, then, while the drawn class is outside, from those before it.
 * The first maximum of more classes is that of those kept if it is one of them. The counterpart of `shaders/nucleus/`.
 */

import type { Draw } from '../../noise/words'
import { lineOf } from './kept'
import { canonical } from './mass'
import { type Winner, scan } from './scan'

/** Draws of a row before it is sorted: at p = 0.9 one row in some 5,000 has more. */
const ROUNDS = 4
/** What `exp`, the rounding of masses and those that count as 0 may change of a sum, as a part of the mass of all, with room. */
const NEAR = 2 ** -14

/** The draw among what `topP` and `minP` keep at a temperature above 0; undefined where only integers decide, or too many classes are outside. */
export function drawFirst(
  data: Float32Array,
  begin: number,
  numClasses: number,
  classOffset: number,
  largest: number,
  draw: Draw,
): Winner | undefined {
  const { temperature, topP } = draw.settings
  // Of several draws each is from a copy, in which what is not before the last is masked.
  let row = data.subarray(begin, begin + numClasses)
  const line = lineOf(largest, draw.settings)
  if (line > -Infinity) row = rowBefore(row, numClasses, line)
  let all: number | undefined
  for (let round = 0; round < ROUNDS; round++) {
    const winner = scan(row, 0, numClasses, classOffset, largest, draw)
    const column = winner.index - classOffset
    const logit = canonical(row[column])
    const before = massBefore(data, begin, numClasses, column, logit, largest, temperature)
    // All weigh no less than these and the winner together, which often tells.
    const least = before + Math.exp((logit - largest) / temperature)
    if (topP * least - before > NEAR * least) return winner
    all ??= massBefore(data, begin, numClasses, numClasses, -Infinity, largest, temperature)
    const room = topP * all - before
    if (room > NEAR * all) return winner
    if (room > -NEAR * all) return undefined
    row = rowBefore(row, column, logit)
  }
  return undefined
}

/** The mass before a class in the order of classes, about: of those of larger logits, and of equal ones in columns before its own. */
function massBefore(
  data: Float32Array,
  begin: number,
  numClasses: number,
  column: number,
  logit: number,
  largest: number,
  temperature: number,
): number {
  let sum = 0
  for (let c = 0; c < numClasses; c++) {
    const each = canonical(data[begin + c])
    if (each > logit || (each === logit && c < column)) sum += Math.exp((each - largest) / temperature)
  }
  return sum
}

/** A row without the classes that are not before one, which are masked. */
function rowBefore(row: Float32Array, column: number, logit: number): Float32Array<ArrayBuffer> {
  const before = new Float32Array(row)
  for (let c = 0; c < row.length; c++) {
    const each = canonical(row[c])
    if (each < logit || (each === logit && c >= column)) before[c] = -Infinity
  }
  return before
}
