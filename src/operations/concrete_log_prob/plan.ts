import { bound, dispatchOf, together } from '../../gpu/bound'
import { lanesOf, workgroupOf } from '../../gpu/lanes'
import { drawConstants, readBound, readModules, reduceModule, vectorModule } from '../../gpu/modules'
import type { Plan, Work } from '../../gpu/plan'
import { slicesOf } from '../../gpu/slices'

/** The density of relaxed samples: the lanes of a draw go through its row, however long it is. */
export function planConcreteLogProb(work: Work): Plan {
  const lanes = lanesOf(work)
  const WORKGROUP = workgroupOf(work, lanes, work.request.batchSize * work.request.numSamples)
  const kernel = {
    name: 'concrete_log_prob/density',
    modules: {
      ...readModules(work),
      ...reduceModule(work, lanes),
      ...vectorModule(work.views.samples, 'shared/rows_in_f32'),
    },
    constants: { ...drawConstants(work), LANES: lanes, WORKGROUP, LOG_SAMPLES: Number(work.request.logSamples) },
  }
  const dispatches = slicesOf(work).map((slice) => {
    const all = together(
      readBound(work, slice),
      bound(work, slice, 'samples', 'rows_in'),
      bound(work, slice, 'densities', 'densities'),
    )
    return dispatchOf(work, slice, kernel, Math.ceil((slice.rows * slice.draws * lanes) / WORKGROUP), all)
  })
  return { dispatches, scratch: {} }
}
