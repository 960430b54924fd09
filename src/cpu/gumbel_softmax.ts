import { STATUS_OK } from '../errors'
import type { Request, Rows } from '../request'
import { extentOf, resultsOf } from '../results'
import { philoxBlock } from './philox'
import { type RowDraw, emptyRowDraw, rowDraw } from './row_draw'
import { type Draws, sample } from './sample'
import { scoreOf } from './score'
import { gumbelAt, wordOf } from './words'

const high = new Uint32Array(4)
const low = new Uint32Array(4)
const row = emptyRowDraw()

/** Gumbel-softmax, the twin of `shaders/gumbel_softmax/*.wgsl`; scores and indices are strict, samples float64 inside. */
export function gumbelSoftmax(
  data: Float32Array,
  rows: Rows,
  request: Request,
  hard: boolean,
  withLogProbs: boolean,
): Draws & { samples: Float32Array } {
  const { batchSize, numClasses, numSamples, classOffset } = request
  const samples = resultsOf(Float32Array, extentOf(request, 'numSamples', 'numClasses'))
  const draws = sample(data, rows, request, withLogProbs)
  const scores = new Float32Array(numClasses)
  const weights = new Float64Array(numClasses)
  for (let r = 0; r < batchSize; r++) {
    rowDraw(row, request, r)
    for (let s = 0; s < numSamples; s++) {
      const task = r * numSamples + s
      if (draws.statuses[task] !== STATUS_OK) continue
      const out = samples.subarray(task * numClasses, (task + 1) * numClasses)
      if (hard || row.temperature === 0 || row.tau === 0) {
        out[draws.indices[task] - classOffset] = 1
        continue
      }
      rowScores(scores, data, rows.offset + r * rows.rowStride, request, row, s)
      const inverse = 1 / (row.temperature * row.tau)
      const best = draws.scores[task]
      let sum = 0
      for (let c = 0; c < numClasses; c++) sum += weights[c] = Math.exp((scores[c] - best) * inverse)
      for (let c = 0; c < numClasses; c++) out[c] = weights[c] / sum
    }
  }
  return { ...draws, samples }
}

/** Strict scores of every class of a row, -Infinity where masked. */
export function rowScores(
  out: Float32Array,
  data: Float32Array,
  begin: number,
  request: Request,
  row: RowDraw,
  draw: number,
): void {
  const { numClasses, classOffset } = request
  for (let c = 0; c < numClasses; c += 8) {
    const group = (classOffset + c) >>> 3
    philoxBlock(high, group, row.stream, row.step, draw, row.seedLow, row.seedHigh)
    philoxBlock(low, group, row.stream, row.step, draw | (1 << 24), row.seedLow, row.seedHigh)
    const end = Math.min(8, numClasses - c)
    for (let i = 0; i < end; i++)
      out[c + i] = scoreOf(
        data[begin + c + i],
        row.temperature,
        gumbelAt(wordOf(high, low, i), classOffset + c + i, request, row, draw),
      )
  }
}
