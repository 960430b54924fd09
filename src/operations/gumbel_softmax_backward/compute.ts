import { STATUS_ALL_MASKED, STATUS_OK } from '../../errors'
import type { Request, Results } from '../../operation'
import { emptySettings, settingsOfRow } from '../../settings'
import type { HostView } from '../../view'
import { rowScores } from '../gumbel_softmax/compute'
import { largestOf, statusOf } from '../sample/validity'
import {
  LEAST_LARGEST,
  MIN_NORMAL,
  gradSamplesStatus,
  logSamplesStatus,
  nothingStatus,
  samplesStatus,
  zeroInvalid,
} from './flaws'

/**
 * The gradient of Gumbel-softmax, the twin of `shaders/gumbel_softmax_backward/*.wgsl`; scores are strict, the rest float64.
 * Samples that are given say what the scores were, up to a constant of each draw.
 */
export function computeGumbelSoftmaxBackward(
  request: Request,
  { gradSamples, logits, samples }: Readonly<Record<string, HostView>>,
  wanted: ReadonlySet<string>,
): Results {
  const { batchSize, numClasses, numSamples, classOffset, extended, logSamples } = request
  const [data, grads] = [logits.data as Float32Array, gradSamples.data as Float32Array]
  const statuses = new Int32Array(batchSize)
  const gradLogits = new Float32Array(batchSize * numClasses)
  const gradTau = new Float32Array(batchSize)
  const gradTemperature = new Float32Array(batchSize)
  const draw = { settings: emptySettings(), number: 0, extended }
  const scores = new Float32Array(numClasses)
  const logs = new Float64Array(numClasses)
  const y = new Float64Array(numClasses)
  const sums = new Float64Array(numClasses)
  for (let r = 0; r < batchSize; r++) {
    const begin = logits.offset + r * logits.rowStride
    statuses[r] = statusOf(largestOf(data, begin, numClasses))
    const masked = statuses[r] === STATUS_ALL_MASKED
    if (statuses[r] !== STATUS_OK && !masked) continue
    const { temperature, tau } = settingsOfRow(draw.settings, request.settings, r)
    const inverse = 1 / (temperature * tau)
    const row = data.subarray(begin, begin + numClasses)
    let sumU = 0
    let sumL = 0
    sums.fill(0)
    for (let s = 0; s < numSamples; s++) {
      const at = gradSamples.offset + (r * numSamples + s) * gradSamples.rowStride
      const given = samples && drawOf(samples, r * numSamples + s)
      let flaw = Math.max(
        given ? (logSamples ? logSamplesStatus : samplesStatus)(given, row) : STATUS_OK,
        gradSamplesStatus(grads.subarray(at, at + numClasses), row),
      )
      if (given && flaw === STATUS_OK) flaw = nothingStatus(given, row, logSamples ? LEAST_LARGEST : MIN_NORMAL)
      statuses[r] = Math.max(statuses[r], flaw)
      // Such a draw adds nothing.
      if (flaw !== STATUS_OK || masked) continue
      let best: number
      // Scores, or what stands for them.
      let u: Float32Array | Float64Array = scores
      if (given) {
        best = (logSamples ? softmaxOfLogSamples : softmaxOfSamples)(y, logs, given, inverse)
        u = logs
      } else {
        draw.number = s
        rowScores(scores, data, begin, classOffset, draw)
        best = softmax(y, scores, inverse)
      }
      // Gradients count from the best class's: nothing is lost where y is nearly one-hot.
      const reference = grads[at + best]
      // Of log-samples, whose gradient is G - y sum(G), it is the sum.
      let mean = 0
      let sum = 0
      for (let c = 0; c < numClasses; c++) {
        if (logSamples) mean += row[c] === -Infinity ? 0 : grads[at + c]
        else if (y[c] > 0) mean += y[c] * (grads[at + c] - reference)
        sum += y[c]
      }
      // Less what rounding took from a sum of 1.
      mean /= sum
      for (let c = 0; c < numClasses; c++) {
        if (logSamples ? row[c] === -Infinity : y[c] === 0) continue
        const d = logSamples ? grads[at + c] - y[c] * mean : y[c] * (grads[at + c] - reference - mean)
        sums[c] += d
        sumU += d * (u[c] - u[best])
        sumL += d * (data[begin + c] - data[begin + best])
      }
    }
    for (let c = 0; c < numClasses; c++) gradLogits[r * numClasses + c] = sums[c] * inverse
    gradTau[r] = (-sumU * inverse) / tau
    gradTemperature[r] = (-sumL * inverse) / temperature
  }
  return zeroInvalid({
    statuses,
    gradLogits,
    ...(wanted.has('gradTau') ? { gradTau } : {}),
    ...(wanted.has('gradTemperature') ? { gradTemperature } : {}),
  })
}

/** The values of a draw. */
function drawOf({ data, offset, rowStride, columns }: HostView, draw: number): Float32Array {
  const begin = offset + draw * rowStride
  return (data as Float32Array).subarray(begin, begin + columns)
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
function softmaxOfSamples(out: Float64Array, scores: Float64Array, samples: Float32Array, inverse: number): number {
  let best = 0
  for (let c = 0; c < out.length; c++) {
    // 0 where devices may flush it.
    out[c] = samples[c] < MIN_NORMAL ? 0 : samples[c]
    if (out[c] > out[best]) best = c
  }
  for (let c = 0; c < out.length; c++) scores[c] = Math.log(out[c] / out[best]) / inverse
  return best
}

/** The same of log-samples. */
function softmaxOfLogSamples(out: Float64Array, scores: Float64Array, samples: Float32Array, inverse: number): number {
  let best = 0
  for (let c = 1; c < out.length; c++) if (samples[c] > samples[best]) best = c
  for (let c = 0; c < out.length; c++) {
    out[c] = Math.exp(samples[c])
    scores[c] = (samples[c] - samples[best]) / inverse
  }
  return best
}
