import { bound, dispatchOf, together } from '../../gpu/bound'
import { lanesOf, workgroupOf } from '../../gpu/lanes'
import { drawConstants, readBound, readModules, reduceModule, vectorModule } from '../../gpu/modules'
import type { Plan, Work } from '../../gpu/plan'
import { slicesOf } from '../../gpu/slices'

/** Noise given the class that wins: the lanes of a draw go through its row, however long it is. */
export function planGumbelGivenIndex(work: Work): Plan {
  const { noise, statuses } = work.views
  const lanes = lanesOf(work)
  const WORKGROUP = workgroupOf(work, lanes, work.request.batchSize * work.request.numSamples)
  const kernel = {
    name: 'gumbel_given_index/given_noise',
    modules: {
      ...readModules(work),
      ...reduceModule(work, lanes),
      ...vectorModule(noise, 'shared/rows_out_f32'),
      ...(statuses ? {} : { 'shared/status_out': 'shared/no_status_out' }),
    },
    // The noise of the class given hangs on the row's log-sum.
    constants: { ...drawConstants(work), LOG_PROBS: 1, LANES: lanes, WORKGROUP },
  }
  const dispatches = slicesOf(work).map((slice) => {
    const all = together(
      readBound(work, slice),
      bound(work, slice, 'indices', 'given_indices'),
      bound(work, slice, 'noise', 'rows_out'),
      ...(statuses ? [bound(work, slice, 'statuses', 'statuses')] : []),
    )
    return dispatchOf(work, slice, kernel, Math.ceil((slice.rows * slice.draws * lanes) / WORKGROUP), all)
  })
  return { dispatches, scratch: {} }
}
