/** Log-probabilities of classes, and lists of the most likely ones; the twin of the kernels in `shaders/log_probs/`. */

import { NO_FILTERS, type RowSettings } from '../../settings'
import { keptOf } from './kept'
import { largestOf } from './validity'

/** What log-probabilities of a row's classes are computed from. */
export interface Odds {
  data: Float32Array
  begin: number
  largest: number
  /** Of `exp((l - largest) / temperature)`. */
  sum: number
  temperature: number
}

/** The sum of `exp((l - largest) / temperature)` over a row, or over some columns of it; a temperature of 0 counts as 1. */
export function sumOf(
  data: Float32Array,
  begin: number,
  numClasses: number,
  largest: number,
  temperature: number,
  columns?: Uint32Array,
): number {
  const scale = temperature || 1
  let sum = 0
  if (columns) for (const column of columns) sum += Math.exp((data[begin + column] - largest) / scale)
  else for (let c = 0; c < numClasses; c++) sum += Math.exp((data[begin + c] - largest) / scale)
  return sum
}

/** Of a row as it is given, before it is adjusted. */
export function rawOdds(data: Float32Array, begin: number, numClasses: number): Odds {
  const largest = largestOf(data, begin, numClasses)
  return { data, begin, largest, sum: sumOf(data, begin, numClasses, largest, 1), temperature: 1 }
}

/** Of a class that may be drawn; temperature 0 draws it for sure. */
export function logProbOf({ data, begin, largest, sum, temperature }: Odds, column: number): number {
  return temperature > 0 ? (data[begin + column] - largest) / temperature - Math.log(sum) : 0
}

/** Lists the columns of a row's most likely classes in their order, and their log-probabilities: `kept` ones, or as many as there are. */
export function listTop(
  odds: Odds,
  kept: Uint32Array | undefined,
  settings: RowSettings,
  numClasses: number,
  classOffset: number,
  indices: Int32Array | Float32Array,
  logProbs: Int32Array | Float32Array,
): void {
  const { data, begin, largest, temperature } = odds
  const most = indices.length
  const first = { ...settings, ...NO_FILTERS, temperature, topK: most }
  const columns = kept ?? keptOf(data, begin, numClasses, largest, first)
  logProbs.fill(-Infinity)
  columns.subarray(0, most).forEach((column, i) => {
    indices[i] = classOffset + column
    logProbs[i] = logProbOf(odds, column)
  })
}
