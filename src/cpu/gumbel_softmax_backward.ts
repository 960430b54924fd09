import { STATUS_OK } from '../errors'
import type { Request, Rows } from '../request'
import { rowScores } from './gumbel_softmax'
import { emptyRowDraw, rowDraw } from './row_draw'
import { largestOf, statusOf } from './validity'

const row = emptyRowDraw()

export interface Gradients {
  statuses: Uint32Array
  gradLogits: Float32Array
  gradTau: Float32Array
  gradTemperature: Float32Array
}

/**
 * The gradient of Gumbel-softmax, the twin of `shaders/gumbel_softmax_backward/*.wgsl`; scores are strict, the rest float64.
 * Samples that are `given` say what the scores were, up to a constant of each draw.
 */
export function gumbelSoftmaxBackward(
  gradSamples: Float32Array,
  gradRows: Rows,
  data: Float32Array,
  rows: Rows,
  request: Request,
  given?: { data: Float32Array; rows: Rows },
): Gradients {
  const { batchSize, numClasses, numSamples } = request
  const statuses = new Uint32Array(batchSize)
  const gradLogits = new Float32Array(batchSize * numClasses)
  const gradTau = new Float32Array(batchSize)
  const gradTemperature = new Float32Array(batchSize)
  const scores = new Float32Array(numClasses)
  const y = new Float64Array(numClasses)
  const sums = new Float64Array(numClasses)
  for (let r = 0; r < batchSize; r++) {
    const begin = rows.offset + r * rows.rowStride
    statuses[r] = statusOf(largestOf(data, begin, numClasses))
    if (statuses[r] !== STATUS_OK) continue
    rowDraw(row, request, r)
    const { temperature, tau } = row
    const inverse = 1 / (temperature * tau)
    let sumU = 0
    let sumL = 0
    sums.fill(0)
    for (let s = 0; s < numSamples; s++) {
      const at = gradRows.offset + (r * numSamples + s) * gradRows.rowStride
      let best: number
      if (given) {
        const first = given.rows.offset + (r * numSamples + s) * given.rows.rowStride
        best = givenSoftmax(y, scores, given.data, first, inverse)
      } else {
        rowScores(scores, data, begin, request, row, s)
        best = softmax(y, scores, inverse)
      }
      // Gradients count from the best class's: nothing is lost where y is nearly one-hot.
      const reference = gradSamples[at + best]
      let mean = 0
      for (let c = 0; c < numClasses; c++) if (y[c] > 0) mean += y[c] * (gradSamples[at + c] - reference)
      for (let c = 0; c < numClasses; c++) {
        if (y[c] === 0) continue
        const d = y[c] * (gradSamples[at + c] - reference - mean)
        sums[c] += d
        sumU += d * (scores[c] - scores[best])
        sumL += d * (data[begin + c] - data[begin + best])
      }
    }
    for (let c = 0; c < numClasses; c++) gradLogits[r * numClasses + c] = sums[c] * inverse
    gradTau[r] = (-sumU * inverse) / tau
    gradTemperature[r] = (-sumL * inverse) / temperature
  }
  return { statuses, gradLogits, gradTau, gradTemperature }
}

/** `softmax(scores * inverse)`, and its largest class. */
function softmax(out: Float64Array, scores: Float32Array, inverse: number): number {
  let best = 0
  for (let c = 1; c < scores.length; c++) if (scores[c] > scores[best]) best = c
  let sum = 0
  for (let c = 0; c < scores.length; c++) sum += out[c] = Math.exp((scores[c] - scores[best]) * inverse)
  for (let c = 0; c < scores.length; c++) out[c] /= sum
  return best
}

/** Reads `y`, gives its largest class, and undoes the softmax: `scores * inverse` is `log(y / largest)`. */
function givenSoftmax(
  out: Float64Array,
  scores: Float32Array,
  given: Float32Array,
  first: number,
  inverse: number,
): number {
  let best = 0
  for (let c = 0; c < out.length; c++) {
    out[c] = given[first + c]
    if (out[c] > out[best]) best = c
  }
  for (let c = 0; c < out.length; c++) scores[c] = Math.log(out[c] / out[best]) / inverse
  return best
}
