import { ADJUSTMENTS, TOKENS, adjustedName, adjustmentsOf, placedAdjustments } from '../../adjust/views'
import { planAdjusted } from '../../adjust/plan'
import { type CpuOperation, LOGITS, type Request, withPlan } from '../../operation'
import type { Plan, Work } from '../../gpu/plan'
import { FILTER_OPTIONS, hasFilters } from '../../settings'
import { computeSample } from './compute'
import { MOST_FILTERED } from './kept'
import { checkMethod, isInverseCdf } from './method'
import { checkLogProbs, isRaw } from './log_probs_options'
import {
  INDICES,
  KEPT,
  LOG_PROBS_OR_RAW,
  MAXIMA,
  REMAINDERS,
  SCORES,
  STATUSES,
  SUMS,
  TOP_INDICES,
  TOP_LOG_PROBS,
} from './outputs'
import { planSample } from './plan'
import { planFiltered } from './plan_filtered'
import { planInverseCdf } from './plan_inverse_cdf'
import { planLogProbs } from './plan_log_probs'
import { planOrdered } from './plan_ordered'
import { checkReplacement, isOrdered } from './replacement'

const PARTIAL = [REMAINDERS, MAXIMA, SUMS].map(({ name }) => name)

/** Whether a call needs to know what filters keep. */
export function isFiltered({ settings }: Pick<Request, 'settings'>, wanted: { has(name: string): boolean }): boolean {
  return hasFilters(settings) || KEPT.some(({ name }) => wanted.has(name))
}

/** Draws of logits that are adjusted already. */
function planDraws(work: Work): Plan {
  const filtered = isFiltered(work.request, { has: (name) => name in work.views })
  if (isInverseCdf(work.request)) return planInverseCdf(work, filtered)
  if (isOrdered(work.request)) return planOrdered(work, filtered)
  return filtered ? planFiltered(work) : planSample(work)
}

/** Draws of classes by Gumbel-max, or by inverse CDF. */
export const sampleOnCpu: CpuOperation = {
  name: 'sample',
  encodeName: 'encodeSample',
  draws: true,
  options: ['classOffset', 'method', 'replacement', ...ADJUSTMENTS, ...FILTER_OPTIONS],
  encodeOptions: ['invalidIndex'],
  inputs: [LOGITS],
  outputs: [
    INDICES,
    LOG_PROBS_OR_RAW,
    TOP_INDICES,
    TOP_LOG_PROBS,
    { ...SCORES, askedBy: ['scores', 'partial'] },
    { ...STATUSES, call: 'asked', askedBy: ['partial'] },
    REMAINDERS,
    MAXIMA,
    SUMS,
    ...KEPT,
  ],
  marked: 'index -1',
  views: adjustmentsOf,
  placed: placedAdjustments,
  logitsName: adjustedName,
  check(request, inputs, wanted) {
    const partial = PARTIAL.find((name) => wanted.has(name))
    if (partial) {
      const beside = `is given beside ${request.given.partial ? 'partial' : partial}; it must be left out`
      if (wanted.has('logProbs'))
        throw new TypeError(`logProbs ${beside}, as a shard does not know the sum of the whole`)
      if (inputs[TOKENS]) throw new TypeError(`penalties ${beside}`)
    }
    checkMethod(request, wanted)
    checkReplacement(request, wanted)
    checkLogProbs(request, wanted)
    if (!isFiltered(request, wanted)) return
    const name = FILTER_OPTIONS.find((each) => request.given[each] !== undefined) ?? 'kept'
    if (partial)
      throw new TypeError(
        `${name} is given beside ${request.given.partial ? 'partial' : partial}; it must be left out, as a shard does not know what the whole keeps`,
      )
    if (request.classOffset > 0)
      throw new TypeError(
        `${name} is given beside classOffset ${request.classOffset}; it must be left out, as a shard does not know what the whole keeps`,
      )
    if (request.numClasses > MOST_FILTERED)
      throw new RangeError(`numClasses is ${request.numClasses}; beside ${name} it must be at most ${MOST_FILTERED}`)
  },
  compute: computeSample,
}

// Raw log-probabilities are of the logits before they are adjusted.
export const sample = /* @__PURE__ */ withPlan(sampleOnCpu, (work) =>
  isRaw(work.request)
    ? planLogProbs(work, (draws) => planAdjusted(draws, planDraws))
    : planAdjusted(work, (adjusted) => planLogProbs(adjusted, planDraws)),
)
