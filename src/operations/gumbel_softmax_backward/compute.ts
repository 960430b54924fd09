import { STATUS_OK } from '../../errors'
import type { Request, Results } from '../../operation'
import { emptySettings, settingsOfRow } from '../../settings'
import type { HostView } from '../../view'
import { rowScores } from '../gumbel_softmax/compute'
import { largestOf, statusOf } from '../sample/validity'

/**
 * The gradient of Gumbel-softmax, the twin of `shaders/gumbel_softmax_backward/*.wgsl`; scores are strict, the rest float64.
 * Samples that are given say what the scores were, up to a constant of each draw.
 */
export function computeGumbelSoftmaxBackward(
  request: Request,
  { gradSamples, logits, samples }: Readonly<Record<string, HostView>>,
): Results {
  const { batchSize, numClasses, numSamples, classOffset, extended } = request
  const [data, grads] = [logits.data as Float32Array, gradSamples.data]
  const statuses = new Int32Array(batchSize)
  const gradLogits = new Float32Array(batchSize * numClasses)
  const gradTau = new Float32Array(batchSize)
  const gradTemperature = new Float32Array(batchSize)
  const draw = { settings: emptySettings(), number: 0, extended }
  const scores = new Float32Array(numClasses)
  const y = new Float64Array(numClasses)
  const sums = new Float64Array(numClasses)
  for (let r = 0; r < batchSize; r++) {
    const begin = logits.offset + r * logits.rowStride
    statuses[r] = statusOf(largestOf(data, begin, numClasses))
    if (statuses[r] !== STATUS_OK) continue
    const { temperature, tau } = settingsOfRow(draw.settings, request.settings, r)
    const inverse = 1 / (temperature * tau)
    let sumU = 0
    let sumL = 0
    sums.fill(0)
    for (let s = 0; s < numSamples; s++) {
      const at = gradSamples.offset + (r * numSamples + s) * gradSamples.rowStride
      let best: number
      if (samples) {
        const first = samples.offset + (r * numSamples + s) * samples.rowStride
        best = softmaxOfSamples(y, scores, samples.data, first, inverse)
      } else {
        draw.number = s
        rowScores(scores, data, begin, classOffset, draw)
        best = softmax(y, scores, inverse)
      }
      // Gradients count from the best class's: nothing is lost where y is nearly one-hot.
      const reference = grads[at + best]
      let mean = 0
      for (let c = 0; c < numClasses; c++) if (y[c] > 0) mean += y[c] * (grads[at + c] - reference)
      for (let c = 0; c < numClasses; c++) {
        if (y[c] === 0) continue
        const d = y[c] * (grads[at + c] - reference - mean)
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
function softmaxOfSamples(
  out: Float64Array,
  scores: Float32Array,
  samples: ArrayLike<number>,
  first: number,
  inverse: number,
): number {
  let best = 0
  for (let c = 0; c < out.length; c++) {
    out[c] = samples[first + c]
    if (out[c] > out[best]) best = c
  }
  for (let c = 0; c < out.length; c++) scores[c] = Math.log(out[c] / out[best]) / inverse
  return best
}
