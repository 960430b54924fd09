import { STATUS_ALL_MASKED, STATUS_NAN, STATUS_OK, STATUS_POSITIVE_INFINITY } from '../errors'
import type { Request, Rows } from '../request'
import { extentOf, resultsOf } from '../results'
import { philoxBlock } from './philox'
import { emptyRowDraw, rowDraw } from './row_draw'
import { gumbelAt, wordOf } from './words'

/** What one draw gives; the kernels write the same four values. */
export interface Draws {
  indices: Int32Array
  statuses: Uint32Array
  scores: Float32Array
  logProbs?: Float32Array
}

/** No noise is larger, without and with the extended tail. */
const MAX_GUMBEL = 22.88
const MAX_TAIL_GUMBEL = 45.1
const MIN_NORMAL = 2 ** -126
const f = Math.fround
const high = new Uint32Array(4)
const low = new Uint32Array(4)
const row = emptyRowDraw()

/** A class's score, `logit + temperature * gumbel`, in strict arithmetic; subnormal logits count as 0. */
export function scoreOf(logit: number, temperature: number, gumbel: number): number {
  return f((Math.abs(logit) < MIN_NORMAL ? 0 : logit) + f(temperature * gumbel))
}

/**
 * Gumbel-max over one row, the twin of `shaders/sample.wgsl`. Noise is lazy: high halves of the words bound it, and
 * low halves are drawn only where the bound reaches the best so far, with the same result as drawing all.
 */
function drawRow(data: Float32Array, begin: number, request: Request, draw: number): { best: number; index: number } {
  const { numClasses, classOffset, step } = request
  const { temperature, seedLow, seedHigh, stream } = row
  const reach = temperature * (request.extended ? MAX_TAIL_GUMBEL : MAX_GUMBEL)
  let best = -Infinity
  let index = -1
  for (let c = 0; c < numClasses; c += 8) {
    const end = Math.min(8, numClasses - c)
    let top = -Infinity
    for (let i = 0; i < end; i++) if (data[begin + c + i] > top) top = data[begin + c + i]
    if (top === -Infinity || top + reach < best) continue

    const group = (classOffset + c) >>> 3
    philoxBlock(high, group, stream, step, draw, seedLow, seedHigh)
    let lowDrawn = false
    for (let i = 0; i < end; i++) {
      const logit = data[begin + c + i]
      if (logit === -Infinity) continue
      const half = i < 4 ? high[i] >>> 16 : high[i & 3] & 0xffff
      // With the slack this is above the strict noise, whose error is below 2e-6, and above the sum's rounding.
      if (logit + temperature * (1e-5 - Math.log(half / 65536)) < best - Math.abs(best) * 2e-7) continue
      if (!lowDrawn) {
        philoxBlock(low, group, stream, step, draw | (1 << 24), seedLow, seedHigh)
        lowDrawn = true
      }
      const score = scoreOf(logit, temperature, gumbelAt(wordOf(high, low, i), classOffset + c + i, request, row, draw))
      if (score > best) {
        best = score
        index = classOffset + c + i
      }
    }
  }
  return { best, index }
}

/** Whether a row has a distribution, or why not. */
export function statusOf(data: Float32Array, begin: number, numClasses: number): number {
  let status = STATUS_ALL_MASKED
  for (let c = 0; c < numClasses; c++) {
    const logit = data[begin + c]
    if (logit !== logit) return STATUS_NAN
    if (logit === Infinity) status = STATUS_POSITIVE_INFINITY
    else if (logit !== -Infinity && status === STATUS_ALL_MASKED) status = STATUS_OK
  }
  return status
}

/** Log of the sum of `exp((l - max) / temperature)` over a row, and the maximum. */
export function logSum(
  data: Float32Array,
  begin: number,
  numClasses: number,
  temperature: number,
): { max: number; log: number } {
  let max = -Infinity
  for (let c = 0; c < numClasses; c++) if (data[begin + c] > max) max = data[begin + c]
  let sum = 0
  for (let c = 0; c < numClasses; c++) sum += Math.exp((data[begin + c] - max) / temperature)
  return { max, log: Math.log(sum) }
}

/** Draws `numSamples` classes of each row. */
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
    const status = statusOf(data, begin, numClasses)
    const first = r * numSamples
    if (status !== STATUS_OK) {
      draws.statuses.fill(status, first, first + numSamples)
      continue
    }
    rowDraw(row, request, r)
    const sum = withLogProbs && row.temperature > 0 ? logSum(data, begin, numClasses, row.temperature) : undefined
    for (let s = 0; s < numSamples; s++) {
      const { best, index } = drawRow(data, begin, request, s)
      draws.indices[first + s] = index
      draws.scores[first + s] = best
      if (draws.logProbs)
        draws.logProbs[first + s] = sum ? (data[begin + index - classOffset] - sum.max) / row.temperature - sum.log : 0
    }
  }
  return draws
}
