import { bound, dispatchOf } from '../../gpu/bound'
import { WORKGROUP_LANES, groupsOf } from '../../gpu/lanes'
import { drawConstants, settingsModule } from '../../gpu/modules'
import type { Plan, Work } from '../../gpu/plan'
import { slicesOf } from '../../gpu/slices'
import { KINDS, type NoiseKind } from './kinds'

/** Noise: an invocation makes a group of eight classes of one row. */
export function planNoise(work: Work): Plan {
  const { request } = work
  const kernel = {
    name: 'noise/generate',
    modules: settingsModule(request),
    constants: { ...drawConstants(work), KIND: KINDS.indexOf(request.given.kind as NoiseKind) },
  }
  const dispatches = slicesOf(work).map((slice) => {
    const workgroups = Math.ceil((slice.rows * slice.draws * groupsOf(request)) / WORKGROUP_LANES)
    return dispatchOf(work, slice, kernel, workgroups, bound(work, slice, 'noise', 'rows_out'))
  })
  return { dispatches, scratch: {} }
}
