/**
 * Bias, penalties and bitmask on a device: draws read logits with bias and bitmask, or, where there are penalties, or more bindings than a kernel
 * may have, from rows that passes have adjusted.
 */

import { bound, dispatchOf, together } from '../gpu/bound'
import { adjustModules, readBound, readModules, readViews } from '../gpu/modules'
import type { Dispatch, Plan, Work } from '../gpu/plan'
import { mostClasses, slicesOf } from '../gpu/slices'
import { mayHaveTopPAlone } from '../settings'
import { WORKGROUP, lanesOfRow, planPasses, statusesOf } from './plan_passes'
import { BIAS, BITMASK, TOKENS } from './views'

/** WebGPU's default for storage buffers of a compute shader. */
const MOST_BINDINGS = 8

/** Plans draws, by `planDraws`, of adjusted rows. */
export function planAdjusted(work: Work, planDraws: (work: Work) => Plan): Plan {
  if (!work.views[BIAS] && !work.views[BITMASK] && !work.views[TOKENS]) return planDraws(work)
  return planRead(work, planDraws) ?? planPasses(work, planDraws)
}

/** Draws that adjust logits as they read them, where they can and where that is faster. */
function planRead(work: Work, planDraws: (work: Work) => Plan): Plan | undefined {
  const { request, views } = work
  const { numClasses, settings } = request
  // Pieces of rows have no bindings of their own pieces of a bitmask, and top-p alone reads rows so often that sums are better made once.
  if (views[TOKENS] || numClasses > mostClasses(work) || (views[BIAS] && mayHaveTopPAlone(settings))) return undefined
  const { dispatches, scratch } = planDraws(work)
  const most = MOST_BINDINGS - Number(settings.rows !== undefined)
  if (dispatches.some(({ bindings }) => Object.keys(bindings).length > most)) return undefined
  return { dispatches: [...dispatches, ...tellTakers(work)], scratch }
}

/** Says of rows with no class left what took the last. */
function tellTakers(work: Work): Dispatch[] {
  const name = statusesOf(work)
  if (!name) return []
  const own = { ...work, views: { ...readViews(work), [name]: work.views[name] } }
  const parts = lanesOfRow(work)
  const constants = { NEGATED: Number(name === 'indices') }
  const kernel = {
    name: 'adjust/find_taker',
    modules: { ...readModules(work), ...adjustModules(work.views) },
    constants,
  }
  return slicesOf(own).map((slice) => {
    const what = together(readBound(own, slice), bound(own, slice, name, 'takers'))
    const workgroups = Math.ceil((slice.rows * slice.draws * parts) / WORKGROUP)
    return dispatchOf(own, { ...slice, parts }, kernel, workgroups, what)
  })
}
