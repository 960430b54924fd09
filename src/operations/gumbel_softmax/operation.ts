import { type CpuOperation, LOGITS, withPlan } from '../../operation'
import { INDICES, LOG_PROBS, STATUSES } from '../sample/outputs'
import { computeGumbelSoftmax } from './compute'
import { LOG_SAMPLES, SAMPLES } from './outputs'
import { planGumbelSoftmax } from './plan'

/** Relaxed samples and the indices that belong to them. */
export const gumbelSoftmaxOnCpu: CpuOperation = {
  name: 'gumbelSoftmax',
  encodeName: 'encodeGumbelSoftmax',
  draws: true,
  options: ['classOffset'],
  encodeOptions: ['invalidIndex'],
  inputs: [LOGITS],
  outputs: [SAMPLES, LOG_SAMPLES, { ...INDICES, encode: 'optional' }, LOG_PROBS, STATUSES],
  marked: 'index -1 and samples of 0',
  check(_request, _inputs, wanted) {
    if (wanted.has('samples') && wanted.has('logSamples'))
      throw new TypeError('samples is given beside logSamples; one of them must be left out')
  },
  compute: computeGumbelSoftmax,
}

export const gumbelSoftmax = /* @__PURE__ */ withPlan(gumbelSoftmaxOnCpu, planGumbelSoftmax)
