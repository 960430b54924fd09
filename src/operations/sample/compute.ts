import { STATUS_OK } from '../../errors'
import type { Request, Results } from '../../operation'
import { arrayOf } from '../../results'
import { emptySettings, settingsOfRow } from '../../settings'
import type { HostView } from '../../view'
import { MOST_CLASSES, contest } from './contest'
import { INDICES, LOG_PROBS, SCORES, STATUSES } from './outputs'
import { scan } from './scan'
import { largestOf, statusOf } from './validity'

/** What one draw gives; the kernels write the same four values. */
export interface Draws extends Results {
  indices: Int32Array<ArrayBuffer>
  statuses: Int32Array<ArrayBuffer>
  scores: Float32Array<ArrayBuffer>
}

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
export function computeSample(
  request: Request,
  { logits }: Readonly<Record<string, HostView>>,
  wanted: ReadonlySet<string>,
): Draws {
  const { batchSize, numClasses, numSamples, classOffset, extended } = request
  const data = logits.data as Float32Array
  const draws = {
    indices: arrayOf(INDICES, request).fill(-1) as Int32Array<ArrayBuffer>,
    statuses: arrayOf(STATUSES, request) as Int32Array<ArrayBuffer>,
    scores: arrayOf(SCORES, request).fill(NaN) as Float32Array<ArrayBuffer>,
  }
  const logProbs = wanted.has('logProbs') ? arrayOf(LOG_PROBS, request).fill(NaN) : undefined
  const draw = { settings: emptySettings(), number: 0, extended }
  for (let r = 0; r < batchSize; r++) {
    const begin = logits.offset + r * logits.rowStride
    const largest = largestOf(data, begin, numClasses)
    const status = statusOf(largest)
    const first = r * numSamples
    if (status !== STATUS_OK) {
      draws.statuses.fill(status, first, first + numSamples)
      continue
    }
    const { temperature } = settingsOfRow(draw.settings, request.settings, r)
    const log = logProbs && temperature > 0 ? logSum(data, begin, numClasses, largest, temperature) : 0
    for (let s = 0; s < numSamples; s++) {
      draw.number = s
      const { best, index } =
        numClasses <= MOST_CLASSES
          ? contest(data, begin, numClasses, classOffset, draw)
          : scan(data, begin, numClasses, classOffset, largest, draw)
      draws.indices[first + s] = index
      draws.scores[first + s] = best
      if (logProbs)
        logProbs[first + s] = temperature > 0 ? (data[begin + index - classOffset] - largest) / temperature - log : 0
    }
  }
  return logProbs ? { ...draws, logProbs } : draws
}
