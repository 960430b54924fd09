import { ADJUSTMENTS, TOKENS, adjustedName, adjustmentsOf, placedAdjustments } from '../../adjust/views'
import { planAdjusted } from '../../adjust/plan'
import { LOGITS, type Operation } from '../../operation'
import { computeSample } from './compute'
import { INDICES, LOG_PROBS, MAXIMA, REMAINDERS, SCORES, STATUSES, SUMS } from './outputs'
import { planSample } from './plan'

const PARTIAL = [REMAINDERS, MAXIMA, SUMS].map(({ name }) => name)

/** Draws of classes by Gumbel-max. */
export const sample: Operation = {
  name: 'sample',
  encodeName: 'encodeSample',
  draws: true,
  options: ['classOffset', ...ADJUSTMENTS],
  encodeOptions: ['invalidIndex'],
  inputs: [LOGITS],
  outputs: [
    INDICES,
    LOG_PROBS,
    { ...SCORES, askedBy: ['scores', 'partial'] },
    { ...STATUSES, call: 'asked', askedBy: ['partial'] },
    REMAINDERS,
    MAXIMA,
    SUMS,
  ],
  marked: 'index -1',
  views: adjustmentsOf,
  placed: placedAdjustments,
  logitsName: adjustedName,
  check(request, inputs, wanted) {
    const partial = PARTIAL.find((name) => wanted.has(name))
    if (!partial) return
    const beside = `is given beside ${request.given.partial ? 'partial' : partial}; it must be left out`
    if (wanted.has('logProbs')) throw new TypeError(`logProbs ${beside}, as a shard does not know the sum of the whole`)
    if (inputs[TOKENS]) throw new TypeError(`penalties ${beside}`)
  },
  plan: (work) => planAdjusted(work, planSample),
  compute: computeSample,
}
