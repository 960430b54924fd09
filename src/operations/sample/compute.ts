import { adjusterOf } from '../../adjust/compute'
import { STATUS_ALL_MASKED, STATUS_OK, isEmptied } from '../../errors'
import type { Request, Results } from '../../operation'
import { arrayOf } from '../../results'
import { emptySettings, filters, settingsOfRow } from '../../settings'
import type { HostView } from '../../view'
import { MOST_CLASSES, contest } from './contest'
import { drawFirst } from './draw_first'
import { drawerOf } from './draw_kept'
import { addMasses, drawColumns, newMassSums } from './inverse_cdf'
import { keptOf } from './kept'
import { listTop, logProbOf, rawOdds, sumOf } from './log_probs'
import { isRaw } from './log_probs_options'
import { LARGEST_MASS, canonical } from './mass'
import { isInverseCdf } from './method'
import { orderOf } from './ordered'
import {
  INDICES,
  KEPT,
  LOG_PROBS,
  MAXIMA,
  REMAINDERS,
  SCORES,
  STATUSES,
  SUMS,
  TOP_INDICES,
  TOP_LOG_PROBS,
} from './outputs'
import { isOrdered } from './replacement'
import { scan } from './scan'
import { largestOf, statusOf } from './validity'

/** What one draw gives; the kernels write the same values. */
export interface Draws extends Results {
  indices: Int32Array<ArrayBuffer>
  statuses: Int32Array<ArrayBuffer>
  scores: Float32Array<ArrayBuffer>
}

/** Draws `numSamples` classes of each row, by Gumbel-max as `shaders/sample/draw.wgsl`, or by inverse CDF. */
export function computeSample(
  request: Request,
  inputs: Readonly<Record<string, HostView>>,
  wanted: ReadonlySet<string>,
): Draws {
  const { batchSize, numClasses, numSamples, classOffset, extended, topLogProbs: topCount = 0 } = request
  const { logits } = inputs
  const adjustedRow = adjusterOf(request, inputs)
  const draws = {
    indices: arrayOf(INDICES, request).fill(-1) as Int32Array<ArrayBuffer>,
    statuses: arrayOf(STATUSES, request) as Int32Array<ArrayBuffer>,
    scores: arrayOf(SCORES, request).fill(NaN) as Float32Array<ArrayBuffer>,
  }
  const more = [LOG_PROBS, TOP_INDICES, TOP_LOG_PROBS, REMAINDERS, MAXIMA, SUMS, ...KEPT]
  const extra: Results = Object.fromEntries(
    more.filter(({ name }) => wanted.has(name)).map((output) => [output.name, arrayOf(output, request).fill(NaN)]),
  )
  const { logProbs, topIndices, topLogProbs, remainders, maxima, sums } = extra
  const { keptCounts, keptLogits, keptClasses } = extra
  keptCounts?.fill(0)
  keptClasses?.fill(-1)
  topIndices?.fill(-1)
  const asksForKept = keptCounts !== undefined || keptLogits !== undefined || keptClasses !== undefined
  const draw = { settings: emptySettings(), number: 0, extended }
  const masses = isInverseCdf(request) ? newMassSums(numClasses) : undefined
  const ordered = isOrdered(request)
  const raw = isRaw(request)
  const asksForDrawAlone = numSamples === 1 && !masses && !ordered && !logProbs && !sums && !asksForKept
  for (let r = 0; r < batchSize; r++) {
    const { data, begin, emptied } = adjustedRow(r)
    const largest = largestOf(data, begin, numClasses)
    const found = statusOf(largest)
    const status = found === STATUS_ALL_MASKED ? emptied : found
    const at = r * numSamples
    if (status !== STATUS_OK) {
      draws.statuses.fill(status, at, at + numSamples)
      if (isEmptied(status)) {
        maxima?.fill(-Infinity, at, at + numSamples)
        sums?.fill(0, at, at + numSamples)
      }
      continue
    }
    const { temperature, topK, topP } = settingsOfRow(draw.settings, request.settings, r)
    draw.number = 0
    const first =
      asksForDrawAlone && topK === 0 && topP < 1 && temperature > 0
        ? drawFirst(data, begin, numClasses, classOffset, largest, draw)
        : undefined
    const filtered = first === undefined && filters(draw.settings)
    const kept = filtered || asksForKept ? keptOf(data, begin, numClasses, largest, draw.settings) : undefined
    if (kept) {
      const last = kept[kept.length - 1]
      if (keptCounts) keptCounts[r] = kept.length
      if (keptLogits) keptLogits[r] = canonical(data[begin + last])
      if (keptClasses) keptClasses[r] = classOffset + last
    }
    const indices = draws.indices.subarray(at, at + numSamples)
    const dropped = filtered ? kept : undefined
    if (masses) {
      addMasses(masses, data, begin, kept, largest, draw.settings)
      drawColumns(masses, draw.settings, indices)
    } else if (ordered) {
      // Temperature 0 puts all classes into order, rather than draw the first of the largest alone.
      const among = temperature > 0 ? dropped : undefined
      const { columns, scores } = orderOf(data, begin, numClasses, among, classOffset, numSamples, draw)
      columns.forEach((column, s) => (indices[s] = classOffset + column))
      draws.scores.set(scores, at)
    } else {
      const drawn = dropped ? drawerOf(data, begin, numClasses, dropped, classOffset, largest) : undefined
      for (let s = 0; s < numSamples; s++) {
        draw.number = s
        const { best, remainder, index } =
          first ??
          drawn?.(draw) ??
          (numClasses <= MOST_CLASSES
            ? contest(data, begin, numClasses, classOffset, draw)
            : scan(data, begin, numClasses, classOffset, largest, draw))
        indices[s] = index
        draws.scores[at + s] = best
        if (remainders) remainders[at + s] = remainder
      }
    }
    if (!(logProbs ?? sums)) continue
    const sumOfRow = () =>
      masses ? masses.roundedWhole / LARGEST_MASS : sumOf(data, begin, numClasses, largest, temperature, dropped)
    const odds = raw
      ? rawOdds(logits.data as Float32Array, logits.offset + r * logits.rowStride, numClasses)
      : { data, begin, largest, temperature, sum: sumOfRow() }
    maxima?.fill(largest, at, at + numSamples)
    sums?.fill(odds.sum, at, at + numSamples)
    if (logProbs)
      indices.forEach((index, s) => {
        if (index < 0) return
        const banned = ordered && odds.temperature === 0 && s > 0
        logProbs[at + s] = banned ? -Infinity : logProbOf(odds, index - classOffset)
      })
    if (topIndices) {
      const [classes, values] = [topIndices, topLogProbs].map((all) => all.subarray(r * topCount, (r + 1) * topCount))
      listTop(odds, raw ? undefined : kept, draw.settings, numClasses, classOffset, classes, values)
    }
  }
  return { ...draws, ...extra }
}
