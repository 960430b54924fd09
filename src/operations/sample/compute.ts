import { adjusterOf } from '../../adjust/compute'
import { STATUS_ALL_MASKED, STATUS_OK, isEmptied } from '../../errors'
import type { Request, Results } from '../../operation'
import { arrayOf } from '../../results'
import { emptySettings, filters, settingsOfRow } from '../../settings'
import type { HostView } from '../../view'
import { MOST_CLASSES, contest } from './contest'
import { drawerOf } from './draw_kept'
import { addMasses, drawColumns, newMassSums } from './inverse_cdf'
import { keptOf } from './kept'
import { LARGEST_MASS, canonical } from './mass'
import { isInverseCdf } from './method'
import { INDICES, KEPT, LOG_PROBS, MAXIMA, REMAINDERS, SCORES, STATUSES, SUMS } from './outputs'
import { scan } from './scan'
import { largestOf, statusOf } from './validity'

/** What one draw gives; the kernels write the same values. */
export interface Draws extends Results {
  indices: Int32Array<ArrayBuffer>
  statuses: Int32Array<ArrayBuffer>
  scores: Float32Array<ArrayBuffer>
}

/** The sum of `exp((l - largest) / temperature)` over a row; a temperature of 0 counts as 1. */
export function sumOf(
  data: Float32Array,
  begin: number,
  numClasses: number,
  largest: number,
  temperature: number,
): number {
  let sum = 0
  for (let c = 0; c < numClasses; c++) sum += Math.exp((data[begin + c] - largest) / (temperature || 1))
  return sum
}

/** The same over some columns. */
function sumOfKept(
  data: Float32Array,
  begin: number,
  columns: Uint32Array,
  largest: number,
  temperature: number,
): number {
  let sum = 0
  for (const column of columns) sum += Math.exp((data[begin + column] - largest) / (temperature || 1))
  return sum
}

/** Of the class that was drawn; temperature 0 draws it for sure. */
function logProbOf(logit: number, largest: number, temperature: number, sum: number): number {
  return temperature > 0 ? (logit - largest) / temperature - Math.log(sum) : 0
}

/** Draws `numSamples` classes of each row, by Gumbel-max as `shaders/sample/draw.wgsl`, or by inverse CDF. */
export function computeSample(
  request: Request,
  inputs: Readonly<Record<string, HostView>>,
  wanted: ReadonlySet<string>,
): Draws {
  const { batchSize, numClasses, numSamples, classOffset, extended } = request
  const adjustedRow = adjusterOf(request, inputs)
  const draws = {
    indices: arrayOf(INDICES, request).fill(-1) as Int32Array<ArrayBuffer>,
    statuses: arrayOf(STATUSES, request) as Int32Array<ArrayBuffer>,
    scores: arrayOf(SCORES, request).fill(NaN) as Float32Array<ArrayBuffer>,
  }
  const more = [LOG_PROBS, REMAINDERS, MAXIMA, SUMS, ...KEPT].filter(({ name }) => wanted.has(name))
  const extra: Results = Object.fromEntries(more.map((output) => [output.name, arrayOf(output, request).fill(NaN)]))
  const { logProbs, remainders, maxima, sums } = extra
  const { keptCounts, keptLogits, keptClasses } = extra
  keptCounts?.fill(0)
  keptClasses?.fill(-1)
  const draw = { settings: emptySettings(), number: 0, extended }
  const masses = isInverseCdf(request) ? newMassSums(numClasses) : undefined
  for (let r = 0; r < batchSize; r++) {
    const { data, begin, emptied } = adjustedRow(r)
    const largest = largestOf(data, begin, numClasses)
    const found = statusOf(largest)
    const status = found === STATUS_ALL_MASKED ? emptied : found
    const first = r * numSamples
    if (status !== STATUS_OK) {
      draws.statuses.fill(status, first, first + numSamples)
      if (isEmptied(status)) {
        maxima?.fill(-Infinity, first, first + numSamples)
        sums?.fill(0, first, first + numSamples)
      }
      continue
    }
    const { temperature } = settingsOfRow(draw.settings, request.settings, r)
    const kept =
      keptCounts || keptLogits || keptClasses || filters(draw.settings)
        ? keptOf(data, begin, numClasses, largest, draw.settings)
        : undefined
    if (kept) {
      const last = kept[kept.length - 1]
      if (keptCounts) keptCounts[r] = kept.length
      if (keptLogits) keptLogits[r] = canonical(data[begin + last])
      if (keptClasses) keptClasses[r] = classOffset + last
    }
    if (masses) {
      addMasses(masses, data, begin, kept, largest, draw.settings)
      const sum = masses.roundedWhole / LARGEST_MASS
      const columns = draws.indices.subarray(first, first + numSamples)
      drawColumns(masses, draw.settings, columns)
      if (logProbs)
        columns.forEach((column, s) => {
          logProbs[first + s] = logProbOf(data[begin + column], largest, temperature, sum)
        })
      continue
    }
    const drawn =
      kept && filters(draw.settings) ? drawerOf(data, begin, numClasses, kept, classOffset, largest) : undefined
    let sum = 0
    if (logProbs ?? sums)
      sum = drawn
        ? sumOfKept(data, begin, kept!, largest, temperature)
        : sumOf(data, begin, numClasses, largest, temperature)
    maxima?.fill(largest, first, first + numSamples)
    sums?.fill(sum, first, first + numSamples)
    for (let s = 0; s < numSamples; s++) {
      draw.number = s
      const { best, remainder, index } =
        drawn?.(draw) ??
        (numClasses <= MOST_CLASSES
          ? contest(data, begin, numClasses, classOffset, draw)
          : scan(data, begin, numClasses, classOffset, largest, draw))
      draws.indices[first + s] = index
      draws.scores[first + s] = best
      if (remainders) remainders[first + s] = remainder
      if (logProbs) logProbs[first + s] = logProbOf(data[begin + index - classOffset], largest, temperature, sum)
    }
  }
  return { ...draws, ...extra }
}
