/** Passes that write adjusted rows to scratch, which draws read as their logits. */

import { type Bound, bound, boundAt, dispatchOf, together } from '../gpu/bound'
import { widthOf } from '../gpu/lanes'
import { adjustModules, readBound, readModules, vectorModule } from '../gpu/modules'
import type { Dispatch, Plan, Slice, Work } from '../gpu/plan'
import { slicesOf } from '../gpu/slices'
import { type Geometry, from, rowsThatFit, windowOf } from '../view'
import { ADJUSTMENT_VIEWS, LENGTHS, PENALTY_ROWS, PROMPT_LENGTHS, TOKENS, penaltyWord, unadjusted } from './views'

/** Names of scratch buffers. */
const ADJUSTED = 'adjusted logits'
const COUNTS = 'token counts'
const TAKEN = 'taken classes'

/** Classes of the rows that are adjusted together: their scratch has at most 64 MiB, unless one row has more. */
const MOST_ADJUSTED = 2 ** 24
/** Vectors of four classes that an invocation goes through. */
const FOURS_A_LANE = { wide: 8, narrow: 64 }
/** Invocations that share a row, at most: one looks through the words of all of them where a row has no class left. */
const MOST_LANES = 4096
export const WORKGROUP = 64

/** Passes that adjust rows, and draws from them, some after others where they are many. */
export function planPasses(work: Work, planDraws: (work: Work) => Plan): Plan {
  const { batchSize } = work.request
  const step = rowsAtOnce(work)
  const dispatches: Dispatch[] = []
  const scratch: Plan['scratch'] = {}
  const add = (plan: Plan, firstRow: number) => {
    for (const dispatch of plan.dispatches)
      dispatches.push({ ...dispatch, params: { ...dispatch.params, firstRow: dispatch.params.firstRow! + firstRow } })
    for (const [name, bytes] of Object.entries(plan.scratch)) scratch[name] = Math.max(bytes, scratch[name] ?? 0)
  }
  for (let firstRow = 0; firstRow < batchSize; firstRow += step) {
    const some = rowsOf(work, firstRow, Math.min(step, batchSize - firstRow))
    const draws = planDraws(drawn(some))
    add(planAdjustment(some), firstRow)
    add({ ...draws, dispatches: draws.dispatches.map(ofAdjusted) }, firstRow)
    add(planStatuses(some), firstRow)
  }
  return { dispatches, scratch }
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

/** Where adjusted rows lie: at multiples of four elements. */
function adjustedRows({ request: { batchSize, numClasses } }: Work): Geometry {
  const rowStride = Math.ceil(numClasses / 4) * 4
  return { type: 'float32', per: 'row', rows: batchSize, columns: numClasses, offset: 0, rowStride }
}

/** The work of draws from adjusted rows. */
function drawn(work: Work): Work {
  const views = { ...unadjusted(work.views), logits: adjustedRows(work) }
  return { ...work, views }
}

/** Has a dispatch read the adjusted logits. */
function ofAdjusted(dispatch: Dispatch): Dispatch {
  const { logits, ...others } = dispatch.bindings
  return logits ? { ...dispatch, bindings: { ...others, logits: { ...logits, of: ADJUSTED } } } : dispatch
}

/** @throws RangeError where a row does not fit a binding */
function rowsAtOnce(work: Work): number {
  const { request, views, limits } = work
  const { numClasses } = request
  const length = views[TOKENS]?.columns ?? 0
  let most = Math.min(limits.work, MOST_ADJUSTED) / Math.max(numClasses, length)
  const rows = { logits: views.logits, ...Object.fromEntries(ADJUSTMENT_VIEWS.map((name) => [name, views[name]])) }
  for (const [name, view] of Object.entries({ ...rows, [ADJUSTED]: adjustedRows(work) })) {
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

/** All rows of the work, once each. */
function sliceOf({ request: { batchSize, numClasses } }: Work): Slice {
  return {
    firstRow: 0,
    rows: batchSize,
    firstDraw: 0,
    draws: 1,
    firstClass: 0,
    classes: numClasses,
    parts: 1,
    firstPart: 0,
  }
}

/** Invocations that share a row of the pass. */
export function lanesOfRow(work: Work): number {
  const fours = Math.ceil(work.request.numClasses / 4)
  return Math.min(MOST_LANES, Math.ceil(fours / FOURS_A_LANE[widthOf(work)]))
}

/** The view that says why a draw has no index, if there is one. */
export function statusesOf({ views, readBack }: Work): 'statuses' | 'indices' | undefined {
  if (views.statuses) return 'statuses'
  return readBack && views.indices ? 'indices' : undefined
}

/** Writes the adjusted rows: all classes with bias and bitmask, then those that have penalties. */
function planAdjustment(work: Work): Plan {
  const { views, request } = work
  const rows = adjustedRows(work)
  const slice = { ...sliceOf(work), parts: lanesOfRow(work) }
  const told = statusesOf(work) !== undefined
  const { offset, size } = windowOf(rows, 0, rows.rows)
  const bytes: Plan['scratch'] = {
    [ADJUSTED]: size,
    ...(told ? { [TAKEN]: 4 * rows.rows * (slice.parts + 1) } : {}),
    ...(views[TOKENS] ? { [COUNTS]: 4 * rows.rows * rows.rowStride } : {}),
  }
  const scratch = (binding: string, of: string) => ({
    bindings: { [binding]: { of, offset: 0, size: bytes[of] } },
    params: {},
  })
  const modules = {
    ...readModules(work),
    ...adjustModules(views),
    ...(told ? {} : { 'adjust/taken': 'adjust/no_taken' }),
  }
  const read = together(readBound(work, slice), ...(told ? [scratch('taken', TAKEN)] : []))
  const adjusted = (binding: 'rows_out' | 'adjusted') =>
    boundAt(binding, ADJUSTED, { offset, size, begin: 0 }, rows.rowStride)
  const kernel = {
    name: 'adjust/adjust',
    modules: { ...modules, ...vectorModule(rows, 'shared/rows_out_f32') },
    constants: {},
  }
  const adjust = dispatchOf(
    work,
    slice,
    kernel,
    Math.ceil((rows.rows * slice.parts) / WORKGROUP),
    together(read, adjusted('rows_out')),
  )
  if (!views[TOKENS]) return { dispatches: [adjust], scratch: bytes }

  const tokenCount = views[TOKENS].columns
  const ofTokens = together(
    bound(work, slice, TOKENS, 'tokens'),
    bound(work, slice, PENALTY_ROWS, 'row_penalties'),
    scratch('counts', COUNTS),
    { bindings: {}, params: { tokenCount, rowsOutStride: rows.rowStride } },
  )
  // They go where `adjust` goes: no submit has only one that counts, or only one that takes the counts.
  const after = (name: string, workgroups: number, what: Bound, more: Partial<Dispatch['kernel']> = {}) => ({
    ...dispatchOf(work, slice, { name, modules: {}, constants: {}, ...more }, workgroups, what),
    work: 0,
  })
  const lengths = [LENGTHS, PROMPT_LENGTHS].flatMap((name) => {
    if (!views[name]) return []
    const what = together(bound(work, slice, PENALTY_ROWS, 'row_penalties_out'), bound(work, slice, name, 'lengths_in'))
    const params = { ...what.params, tokenCount }
    const constants = { WORD: penaltyWord(name) }
    return [after('adjust/lengths', Math.ceil(rows.rows / WORKGROUP), { ...what, params }, { constants })]
  })
  const workgroups = Math.ceil((request.batchSize * tokenCount) / WORKGROUP)
  const count = after('adjust/count', workgroups, ofTokens)
  const penalize = after('adjust/penalize', workgroups, together(read, adjusted('adjusted'), ofTokens), { modules })
  return { dispatches: [adjust, ...lengths, count, penalize], scratch: bytes }
}

/** Says of rows with no class left what took the last. */
function planStatuses(work: Work): Plan {
  const name = statusesOf(work)
  if (!name) return { dispatches: [], scratch: {} }
  const { request, views } = work
  const parts = lanesOfRow(work)
  const taken = { of: TAKEN, offset: 0, size: 4 * request.batchSize * (parts + 1) }
  const kernel = { name: 'adjust/emptied', modules: {}, constants: { NEGATED: Number(name === 'indices') } }
  const slices = slicesOf({ ...work, request: { ...request, numClasses: 1 }, views: { [name]: views[name] } })
  const dispatches = slices.map((slice) => {
    const what = together(bound(work, slice, name, 'told'), { bindings: { taken }, params: {} })
    const params = { ...what.params, takenOffset: slice.firstRow * (parts + 1) }
    const workgroups = Math.ceil((slice.rows * slice.draws) / WORKGROUP)
    return { ...dispatchOf(work, { ...slice, parts }, kernel, workgroups, { ...what, params }), work: 0 }
  })
  return { dispatches, scratch: {} }
}
