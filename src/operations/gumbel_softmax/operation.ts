import { LOGITS, type Operation } from '../../operation'
import { INDICES, LOG_PROBS, STATUSES } from '../sample/outputs'
import { computeGumbelSoftmax } from './compute'
import { SAMPLES } from './outputs'
import { planGumbelSoftmax } from './plan'

/** Relaxed samples and the indices that belong to them. */
export const gumbelSoftmax: Operation = {
  name: 'gumbelSoftmax',
  encodeName: 'encodeGumbelSoftmax',
  draws: true,
  options: ['classOffset'],
  encodeOptions: ['invalidIndex'],
  inputs: [LOGITS],
  outputs: [SAMPLES, { ...INDICES, encode: 'optional' }, LOG_PROBS, STATUSES],
  marked: 'index -1 and samples of 0',
  plan: planGumbelSoftmax,
  compute: computeGumbelSoftmax,
}
