/** Penalties on a device: the logits of the few classes that have any are written beside those that are given, and marked. */

import { type Bound, bound, dispatchOf, together } from '../gpu/bound'
import { adjustModules, readBound, readModules } from '../gpu/modules'
import type { Dispatch, Plan, Work } from '../gpu/plan'
import type { Geometry } from '../view'
import { rowsOnce, WORKGROUP } from './rows'
import { BIAS, LENGTHS, PENALIZED, PENALTY_ROWS, PROMPT_LENGTHS, TOKENS, penaltyWord } from './views'

/** The scratch buffer of counts: 0 between calls. */
const COUNTS = 'token counts'

/** Where penalized logits lie: a word a class, then a bit a class. In step with `shaders/adjust/penalized.wgsl`. */
export function penalizedRows({ request: { batchSize, numClasses } }: Work): Geometry {
  const columns = numClasses + Math.ceil(numClasses / 32)
  return { type: 'int32', per: 'row', rows: batchSize, columns, offset: 0, rowStride: columns }
}

/** Writes the logits of penalized classes, with their bias: tokens are counted, and the first of a class takes its count. */
export function planPenalties(work: Work): Plan {
  const { views, request } = work
  if (!views[TOKENS]) return { dispatches: [], scratch: {} }
  const { batchSize, numClasses } = request
  const slice = rowsOnce(work)
  const rows = penalizedRows(work)
  const scratch = { [PENALIZED]: 4 * batchSize * rows.rowStride, [COUNTS]: 4 * batchSize * numClasses }
  const counts: Bound = { bindings: { counts: { of: COUNTS, offset: 0, size: scratch[COUNTS] } }, params: {} }
  const out = bound(work, slice, PENALIZED, 'penalized_out')
  const penalties = bound(work, slice, PENALTY_ROWS, 'row_penalties')
  const tokenCount = views[TOKENS].columns
  const tokens = together(bound(work, slice, TOKENS, 'tokens'), penalties, counts, {
    bindings: {},
    params: { tokenCount },
  })

  const marks = batchSize * Math.ceil(numClasses / 32)
  const plain = { modules: {}, constants: {} }
  const clear = dispatchOf(work, slice, { name: 'adjust/clear', ...plain }, Math.ceil(marks / WORKGROUP), out)
  // They go where `clear` goes: no submit has only one that counts, or only one that takes the counts.
  const after = (name: string, tasks: number, what: Bound, kernel: Partial<Dispatch['kernel']> = {}) => ({
    ...dispatchOf(work, slice, { name, ...plain, ...kernel }, Math.ceil(tasks / WORKGROUP), what),
    work: 0,
  })
  const lengths = [LENGTHS, PROMPT_LENGTHS].flatMap((name) => {
    if (!views[name]) return []
    const what = together(bound(work, slice, PENALTY_ROWS, 'row_penalties_out'), bound(work, slice, name, 'lengths_in'))
    const constants = { WORD: penaltyWord(name) }
    return [after('adjust/lengths', batchSize, { ...what, params: { ...what.params, tokenCount } }, { constants })]
  })
  const count = after('adjust/count', batchSize * tokenCount, tokens)
  // Without the bitmask, which comes after penalties.
  const { logits, [BIAS]: bias } = views
  const given: Work = { ...work, views: bias ? { logits, [BIAS]: bias } : { logits } }
  const modules = { ...readModules(given), ...adjustModules(given.views) }
  const penalize = after('adjust/penalize', batchSize * tokenCount, together(readBound(given, slice), out, tokens), {
    modules,
  })
  return { dispatches: [clear, ...lengths, count, penalize], scratch }
}
