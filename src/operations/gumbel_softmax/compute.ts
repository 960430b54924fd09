import { STATUS_OK } from '../../errors'
import { type Draw, drawHalves, gumbelAt, newHalves, wordOf } from '../../noise/words'
import type { Request, Results } from '../../operation'
import { arrayOf } from '../../results'
import { emptySettings, settingsOfRow } from '../../settings'
import type { HostView } from '../../view'
import { computeSample } from '../sample/compute'
import { scoreOf } from '../sample/score'
import { LOG_SAMPLES, SAMPLES } from './outputs'

const halves = newHalves()
/** Logarithms are at least this: those of samples at a tau so small that they would leave float32's range. */
const LOWEST_LOG = -(2 ** 128 - 2 ** 107)

/** Gumbel-softmax, the twin of `shaders/gumbel_softmax/*.wgsl`; scores and indices are strict, samples float64 inside. */
export function computeGumbelSoftmax(
  request: Request,
  inputs: Readonly<Record<string, HostView>>,
  wanted: ReadonlySet<string>,
): Results {
  const { batchSize, numClasses, numSamples, classOffset, hard, extended, logSamples } = request
  const { data, offset, rowStride } = inputs.logits
  const samples = arrayOf(logSamples ? LOG_SAMPLES : SAMPLES, request).fill(logSamples ? -Infinity : 0)
  const draws = computeSample(request, inputs, wanted)
  const scores = new Float32Array(numClasses)
  const weights = new Float64Array(numClasses)
  const draw = { settings: emptySettings(), number: 0, extended }
  for (let r = 0; r < batchSize; r++) {
    const { temperature, tau } = settingsOfRow(draw.settings, request.settings, r)
    for (let s = 0; s < numSamples; s++) {
      const task = r * numSamples + s
      if (draws.statuses[task] !== STATUS_OK) continue
      const out = samples.subarray(task * numClasses, (task + 1) * numClasses)
      if (hard || temperature === 0 || tau === 0) {
        out[draws.indices[task] - classOffset] = 1
        continue
      }
      draw.number = s
      rowScores(scores, data, offset + r * rowStride, classOffset, draw)
      const inverse = 1 / (temperature * tau)
      const best = draws.scores[task]
      let sum = 0
      for (let c = 0; c < numClasses; c++) sum += weights[c] = Math.exp((scores[c] - best) * inverse)
      const log = Math.log(sum)
      for (let c = 0; c < numClasses; c++)
        out[c] = logSamples ? logOf((scores[c] - best) * inverse - log) : weights[c] / sum
    }
  }
  return { ...draws, [logSamples ? 'logSamples' : 'samples']: samples }
}

/** A logarithm that is finite in float32, unless it is of a masked class. */
function logOf(log: number): number {
  return log === -Infinity ? log : Math.max(log, LOWEST_LOG)
}

/** Strict scores of every class of a row, -Infinity where masked. */
export function rowScores(
  out: Float32Array,
  data: ArrayLike<number>,
  begin: number,
  classOffset: number,
  draw: Draw,
): void {
  const numClasses = out.length
  const { temperature } = draw.settings
  for (let c = 0; c < numClasses; c += 8) {
    drawHalves(halves, (classOffset + c) >>> 3, draw)
    const end = Math.min(8, numClasses - c)
    for (let i = 0; i < end; i++)
      out[c + i] = scoreOf(
        data[begin + c + i],
        temperature,
        gumbelAt(wordOf(halves.high, halves.low, i), classOffset + c + i, draw),
      )
  }
}
