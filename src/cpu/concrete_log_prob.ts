import { STATUS_OK } from '../errors'
import { logGamma } from '../log_gamma'
import type { Request, Rows } from '../request'
import { emptyRowDraw, rowDraw } from './row_draw'
import { largestOf, statusOf } from './validity'

const MIN_NORMAL = 2 ** -126
/** How far off 1 a sample's sum may be. */
const SUM_TOLERANCE = 1e-3
const row = emptyRowDraw()

/** The log density of relaxed samples, the twin of `shaders/concrete_log_prob/density.wgsl`. */
export function concreteLogProb(
  samples: Float32Array,
  sampleRows: Rows,
  data: Float32Array,
  rows: Rows,
  request: Request,
): { logProbs: Float32Array; statuses: Uint32Array } {
  const { batchSize, numClasses, numSamples } = request
  const logProbs = new Float32Array(batchSize * numSamples).fill(NaN)
  const statuses = new Uint32Array(batchSize)
  for (let r = 0; r < batchSize; r++) {
    const begin = rows.offset + r * rows.rowStride
    statuses[r] = statusOf(largestOf(data, begin, numClasses))
    if (statuses[r] !== STATUS_OK) continue
    rowDraw(row, request, r)
    const logits = data.subarray(begin, begin + numClasses)
    for (let s = 0; s < numSamples; s++) {
      const at = sampleRows.offset + (r * numSamples + s) * sampleRows.rowStride
      logProbs[r * numSamples + s] = logProb(samples.subarray(at, at + numClasses), logits, row.temperature, row.tau)
    }
  }
  return { logProbs, statuses }
}

function logProb(y: Float32Array, logits: Float32Array, temperature: number, tau: number): number {
  if (y.some(Number.isNaN)) return NaN
  const total = y.reduce((sum, value) => sum + value, 0)
  const inside = y.every((value, c) => (logits[c] === -Infinity ? value === 0 : value >= MIN_NORMAL))
  if (!inside || Math.abs(total - 1) > SUM_TOLERANCE) return -Infinity
  const top = logits.reduce((max, logit) => Math.max(max, logit), -Infinity)
  const exponents: number[] = []
  let best = -Infinity
  let terms = 0
  y.forEach((value, c) => {
    if (logits[c] === -Infinity) return
    const exponent = (logits[c] - top) / temperature - tau * Math.log(value)
    exponents.push(exponent)
    best = Math.max(best, exponent)
    terms += exponent - Math.log(value)
  })
  const logSum = best + Math.log(exponents.reduce((sum, exponent) => sum + Math.exp(exponent - best), 0))
  const classes = exponents.length
  return logNormalizer(classes, tau) + terms - classes * logSum
}

/** What the density owes to the number of classes left: `log Gamma(K) + (K - 1) log tau`. */
export function logNormalizer(classes: number, tau: number): number {
  return logGamma(classes) + (classes - 1) * Math.log(tau)
}
