import { STATUS_OK } from '../errors'
import type { Request, Rows } from '../request'
import { extentOf, resultsOf } from '../results'
import { MOST_CLASSES, contest } from './contest'
import { emptyRowDraw, rowDraw } from './row_draw'
import { scan } from './scan'
import { largestOf, statusOf } from './validity'

/** What one draw gives; the kernels write the same four values. */
export interface Draws {
  indices: Int32Array
  statuses: Uint32Array
  scores: Float32Array
  logProbs?: Float32Array
}

const row = emptyRowDraw()

/** Log of the sum of `exp((l - largest) / temperature)` over a row. */
export function logSum(
  data: Float32Array,
  begin: number,
  numClasses: number,
  largest: number,
  temperature: number,
): number {
  let sum = 0
  for (let c = 0; c < numClasses; c++) sum += Math.exp((data[begin + c] - largest) / temperature)
  return Math.log(sum)
}

/** Gumbel-max: draws `numSamples` classes of each row, the twin of `shaders/sample/draw.wgsl`. */
export function sample(data: Float32Array, rows: Rows, request: Request, withLogProbs: boolean): Draws {
  const { batchSize, numClasses, numSamples, classOffset } = request
  const extent = extentOf(request, 'numSamples')
  const draws: Draws = {
    indices: resultsOf(Int32Array, extent).fill(-1),
    statuses: resultsOf(Uint32Array, extent),
    scores: resultsOf(Float32Array, extent).fill(NaN),
    logProbs: withLogProbs ? resultsOf(Float32Array, extent).fill(NaN) : undefined,
  }
  for (let r = 0; r < batchSize; r++) {
    const begin = rows.offset + r * rows.rowStride
    const largest = largestOf(data, begin, numClasses)
    const status = statusOf(largest)
    const first = r * numSamples
    if (status !== STATUS_OK) {
      draws.statuses.fill(status, first, first + numSamples)
      continue
    }
    rowDraw(row, request, r)
    const { temperature } = row
    const log = withLogProbs && temperature > 0 ? logSum(data, begin, numClasses, largest, temperature) : 0
    for (let s = 0; s < numSamples; s++) {
      const { best, index } =
        numClasses <= MOST_CLASSES ? contest(data, begin, request, row, s) : scan(data, begin, largest, request, row, s)
      draws.indices[first + s] = index
      draws.scores[first + s] = best
      if (draws.logProbs)
        draws.logProbs[first + s] =
          temperature > 0 ? (data[begin + index - classOffset] - largest) / temperature - log : 0
    }
  }
  return draws
}
