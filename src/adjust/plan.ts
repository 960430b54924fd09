/**
 * Bias, penalties and bitmask on a device: draws read logits with them, or, where they cannot, or not as fast, from rows that a pass has
 * adjusted.
 */

import { bound, boundAt, dispatchOf, together } from '../gpu/bound'
import { widthOf } from '../gpu/lanes'
import { adjustModules, readBound, readModules, readViews, vectorModule } from '../gpu/modules'
import type { Dispatch, Plan, Work } from '../gpu/plan'
import { mostClasses, slicesOf } from '../gpu/slices'
import { mayHaveTopPAlone } from '../settings'
import { type Geometry, from, rowsThatFit, windowOf } from '../view'
import { penalizedRows, planPenalties } from './plan_penalties'
import { rowsOnce, WORKGROUP } from './rows'
import { ADJUSTMENT_VIEWS, BIAS, BITMASK, PENALIZED, TOKENS, unadjusted } from './views'

/** The scratch buffer of rows that a pass has adjusted. */
const ADJUSTED = 'adjusted logits'

/** WebGPU's default for storage buffers of a compute shader. */
const MOST_BINDINGS = 8
/** Classes of the rows that are worked on together where they have scratch: it has at most 64 MiB, unless one row has more. */
const MOST_ADJUSTED = 2 ** 24
/** Vectors of four classes that an invocation of the pass goes through, where invocations share a row. */
const FOURS_A_LANE = { wide: 8, narrow: 64 }
/** The same of one that looks for what took the last class, as few rows are looked through. */
const FOURS_TO_LOOK_THROUGH = { wide: 64, narrow: 2048 }
/** Invocations that share a row, at most. */
const MOST_LANES = 4096

/** Plans draws, by `planDraws`, of adjusted rows, some after others where they are many. */
export function planAdjusted(work: Work, planDraws: (work: Work) => Plan): Plan {
  const { request, views } = work
  if (!views[BIAS] && !views[BITMASK] && !views[TOKENS]) return planDraws(work)
  const whole = views[TOKENS] ? undefined : planRead(work, planDraws)
  if (whole) return whole

  const step = rowsAtOnce(work)
  const dispatches: Dispatch[] = []
  const scratch: Plan['scratch'] = {}
  for (let firstRow = 0; firstRow < request.batchSize; firstRow += step) {
    const some = rowsOf(work, firstRow, Math.min(step, request.batchSize - firstRow))
    const ready = views[TOKENS] ? { ...some, views: { ...some.views, [PENALIZED]: penalizedRows(some) } } : some
    for (const plan of [planPenalties(ready), planRead(ready, planDraws) ?? planPass(ready, planDraws)]) {
      for (const dispatch of plan.dispatches)
        dispatches.push({ ...dispatch, params: { ...dispatch.params, firstRow: dispatch.params.firstRow! + firstRow } })
      for (const [name, bytes] of Object.entries(plan.scratch)) scratch[name] = Math.max(bytes, scratch[name] ?? 0)
    }
  }
  return { dispatches, scratch }
}

/** Draws that adjust logits as they read them, where they can and where that is faster. */
function planRead(work: Work, planDraws: (work: Work) => Plan): Plan | undefined {
  const { request, views } = work
  const { numClasses, settings } = request
  // Pieces of rows have no bindings of their own pieces of a bitmask, and top-p alone reads rows so often that sums are better made once.
  if (numClasses > mostClasses(work) || (views[BIAS] && mayHaveTopPAlone(settings))) return undefined
  const { dispatches, scratch } = planDraws(work)
  const most = MOST_BINDINGS - Number(settings.rows !== undefined)
  if (dispatches.some(({ bindings }) => Object.keys(bindings).length > most)) return undefined
  return { dispatches: [...dispatches, ...tellTakers(work)], scratch }
}

/** A pass that adjusts rows, and draws from them. */
function planPass(work: Work, planDraws: (work: Work) => Plan): Plan {
  const rows = adjustedRows(work)
  const window = windowOf(rows, 0, rows.rows)
  const slice = { ...rowsOnce(work), parts: lanesOfRow(work) }
  const kernel = {
    name: 'adjust/adjust',
    modules: { ...readModules(work), ...vectorModule(rows, 'shared/rows_out_f32') },
    constants: {},
  }
  const all = together(readBound(work, slice), boundAt('rows_out', ADJUSTED, window, rows.rowStride))
  const adjust = dispatchOf(work, slice, kernel, Math.ceil((rows.rows * slice.parts) / WORKGROUP), all)
  const draws = planDraws({ ...work, views: { ...unadjusted(work.views), logits: rows } })
  return {
    dispatches: [adjust, ...draws.dispatches.map(ofAdjusted), ...tellTakers(work)],
    scratch: { ...draws.scratch, [ADJUSTED]: window.size },
  }
}

/** Has a dispatch read the adjusted logits. */
function ofAdjusted(dispatch: Dispatch): Dispatch {
  const { logits, ...others } = dispatch.bindings
  return logits ? { ...dispatch, bindings: { ...others, logits: { ...logits, of: ADJUSTED } } } : dispatch
}

/** Where adjusted rows lie: at multiples of four elements. */
function adjustedRows({ request: { batchSize, numClasses } }: Work): Geometry {
  const rowStride = Math.ceil(numClasses / 4) * 4
  return { type: 'float32', per: 'row', rows: batchSize, columns: numClasses, offset: 0, rowStride }
}

/** Says of rows with no class left what took the last. */
function tellTakers(work: Work): Dispatch[] {
  const { views, readBack } = work
  const name = views.statuses ? 'statuses' : readBack && views.indices ? 'indices' : undefined
  if (!name) return []
  const own = { ...work, views: { ...readViews(work), [name]: views[name] } }
  const parts = lanesOfRow(work, FOURS_TO_LOOK_THROUGH)
  const modules = { ...readModules(work), ...adjustModules(views) }
  const kernel = { name: 'adjust/find_taker', modules, constants: { NEGATED: Number(name === 'indices') } }
  return slicesOf(own).map((slice) => {
    const all = together(readBound(own, slice), bound(own, slice, name, 'takers'))
    const workgroups = Math.ceil((slice.rows * slice.draws * parts) / WORKGROUP)
    return dispatchOf(own, { ...slice, parts }, kernel, workgroups, all)
  })
}

/** Invocations that share a row. */
function lanesOfRow(work: Work, foursALane = FOURS_A_LANE): number {
  const fours = Math.ceil(work.request.numClasses / 4)
  return Math.min(MOST_LANES, Math.ceil(fours / foursALane[widthOf(work)]))
}

/** Rows of the work that are worked on by themselves; rows of its dispatches count from the first of them. */
function rowsOf(work: Work, firstRow: number, rows: number): Work {
  const { request } = work
  const views = Object.entries(work.views).map(([name, view]) => {
    const perRow = view.per === 'row' ? 1 : request.numSamples
    return [name, from(view, firstRow * perRow, rows * perRow)]
  })
  return { ...work, request: { ...request, batchSize: rows }, views: Object.fromEntries(views) }
}

/** @throws RangeError where a row does not fit a binding */
function rowsAtOnce(work: Work): number {
  const { request, views, limits } = work
  const { numClasses } = request
  const length = views[TOKENS]?.columns ?? 0
  let most = Math.min(limits.work, MOST_ADJUSTED) / Math.max(numClasses, length)
  const rows = { logits: views.logits, ...Object.fromEntries(ADJUSTMENT_VIEWS.map((name) => [name, views[name]])) }
  const ofScratch = { [ADJUSTED]: adjustedRows(work), ...(views[TOKENS] ? { [PENALIZED]: penalizedRows(work) } : {}) }
  for (const [name, view] of Object.entries({ ...rows, ...ofScratch })) {
    if (!view) continue
    const fit = rowsThatFit(view, limits.bindingBytes)
    if (fit === 0)
      throw new RangeError(
        `${name === TOKENS ? `${TOKENS}.length is ${length}` : `numClasses is ${numClasses}`}; a row of ${name} must fit ${limits.bindingBytes} bytes on this device (maxStorageBufferBindingSize)`,
      )
    most = Math.min(most, fit)
  }
  return Math.max(1, Math.floor(most))
}
