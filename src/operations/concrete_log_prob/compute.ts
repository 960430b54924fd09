import { STATUS_OK, STATUS_SAMPLES_NAN } from '../../errors'
import type { Request, Results } from '../../operation'
import { emptySettings, settingsOfRow } from '../../settings'
import type { HostView } from '../../view'
import { largestOf, statusOf } from '../sample/validity'
import { logGamma } from './log_gamma'

const MIN_NORMAL = 2 ** -126
/** How far off 1 a sample's sum may be. */
const SUM_TOLERANCE = 1e-3
/** Not far above 0. */
const MOST_LOG_SAMPLE = 2 ** -8
/** Log-samples count as at least this, or this over tau where tau is above 1. */
const LEAST_LOG = -1e28

/** The log density of relaxed samples, the twin of `shaders/concrete_log_prob/density.wgsl`; statuses are a word a row. */
export function computeConcreteLogProb(
  request: Request,
  { samples, logits }: Readonly<Record<string, HostView>>,
): Results {
  const { batchSize, numClasses, numSamples, logSamples } = request
  const data = logits.data as Float32Array
  const logProbs = new Float32Array(batchSize * numSamples).fill(NaN)
  const statuses = new Int32Array(batchSize)
  const settings = emptySettings()
  for (let r = 0; r < batchSize; r++) {
    const begin = logits.offset + r * logits.rowStride
    statuses[r] = statusOf(largestOf(data, begin, numClasses))
    if (statuses[r] !== STATUS_OK) continue
    const { temperature, tau } = settingsOfRow(settings, request.settings, r)
    const row = data.subarray(begin, begin + numClasses)
    for (let s = 0; s < numSamples; s++) {
      const at = samples.offset + (r * numSamples + s) * samples.rowStride
      const y = samples.data.subarray(at, at + numClasses) as Float32Array
      if (y.some(Number.isNaN)) statuses[r] = STATUS_SAMPLES_NAN
      else logProbs[r * numSamples + s] = (logSamples ? logProbOfLogs : logProb)(y, row, temperature, tau)
    }
  }
  return { logProbs, statuses }
}

function logProb(y: Float32Array, logits: Float32Array, temperature: number, tau: number): number {
  const total = y.reduce((sum, value) => sum + value, 0)
  const inside = y.every((value, c) => (logits[c] === -Infinity ? value === 0 : value >= MIN_NORMAL))
  if (!inside || Math.abs(total - 1) > SUM_TOLERANCE) return -Infinity
  return density(Float64Array.from(y, Math.log), logits, temperature, tau)
}

/** The same of log-samples. */
function logProbOfLogs(logs: Float32Array, logits: Float32Array, temperature: number, tau: number): number {
  const total = logs.reduce((sum, log) => sum + Math.exp(log), 0)
  const inside = logs.every((log, c) =>
    logits[c] === -Infinity ? log === -Infinity : log !== -Infinity && log <= MOST_LOG_SAMPLE,
  )
  if (!inside || Math.abs(total - 1) > SUM_TOLERANCE) return -Infinity
  const least = LEAST_LOG / Math.max(tau, 1)
  return density(
    logs.map((log) => Math.max(log, least)),
    logits,
    temperature,
    tau,
  )
}

/** The log density at the logarithms of a sample's classes, of which masked ones do not count. */
function density(logs: ArrayLike<number>, logits: Float32Array, temperature: number, tau: number): number {
  const top = logits.reduce((max, logit) => Math.max(max, logit), -Infinity)
  const exponents: number[] = []
  let best = -Infinity
  let terms = 0
  logits.forEach((logit, c) => {
    if (logit === -Infinity) return
    const exponent = (logit - top) / temperature - tau * logs[c]
    exponents.push(exponent)
    best = Math.max(best, exponent)
    terms += exponent - logs[c]
  })
  const logSum = best + Math.log(exponents.reduce((sum, exponent) => sum + Math.exp(exponent - best), 0))
  const classes = exponents.length
  return logNormalizer(classes, tau) + terms - classes * logSum
}

/** What the density owes to the number of classes left: `log Gamma(K) + (K - 1) log tau`. */
export function logNormalizer(classes: number, tau: number): number {
  return logGamma(classes) + (classes - 1) * Math.log(tau)
}
