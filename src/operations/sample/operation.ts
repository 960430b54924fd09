import type { Operation } from '../../operation'
import { computeSample } from './compute'
import { INDICES, LOG_PROBS, SCORES, STATUSES } from './outputs'
import { planSample } from './plan'

/** Draws of classes by Gumbel-max. */
export const sample: Operation = {
  name: 'sample',
  encodeName: 'encodeSample',
  draws: true,
  options: ['classOffset'],
  inputs: [{ name: 'logits', per: 'row', columns: 'numClasses', types: ['float32'] }],
  outputs: [INDICES, LOG_PROBS, SCORES, STATUSES],
  marked: 'index -1',
  plan: planSample,
  compute: computeSample,
}
