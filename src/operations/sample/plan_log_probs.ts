import { unadjusted } from '../../adjust/views'
import { bound, dispatchOf, together } from '../../gpu/bound'
import type { Bound } from '../../gpu/bound'
import type { Modules } from '../../gpu/kernel'
import { WORKGROUP_LANES, lanesOf, partsOf, workgroupOf } from '../../gpu/lanes'
import { FOUND, FOUND_CLASSES, readBound, readModules, readViews, reduceModule } from '../../gpu/modules'
import type { Dispatch, Plan, Range, Slice, Work } from '../../gpu/plan'
import { slicesOf } from '../../gpu/slices'
import { hasFilters } from '../../settings'
import type { Geometry } from '../../view'
import { isRaw } from './log_probs_options'
import { KEPT, LOG_PROBS, TOP_INDICES, TOP_LOG_PROBS } from './outputs'
import { BLOCK, LISTED_BYTES, choose, findTops, keptBytes, partsOfSlice, scratchRanges } from './plan_filtered'

/** Words of a `Found` in `shaders/log_probs/found.wgsl`. */
const FOUND_WORDS = 4
const ROW_SUMS = 'row sums'
const KEPT_COUNTS = KEPT[0].name

/** Draws, by `planDraws`; then what log-probabilities the draws alone do not give: raw ones, and lists of the most likely classes. */
export function planLogProbs(work: Work, planDraws: (work: Work) => Plan): Plan {
  const raw = isRaw(work.request)
  const lists = TOP_INDICES.name in work.views
  if (!(raw && LOG_PROBS.name in work.views) && !lists) return planDraws(work)

  const { batchSize, numSamples, settings } = work.request
  const own: Record<string, Geometry> = {}
  const found = raw ? FOUND_CLASSES : FOUND
  own[found] = packed('float32', 'draw', batchSize * numSamples, FOUND_WORDS)
  const parts = partsOfRows(work)
  if (raw) own[ROW_SUMS] = packed('float32', 'row', batchSize, 2 * parts)
  if (lists && !raw && hasFilters(settings) && !work.views[KEPT_COUNTS])
    own[KEPT_COUNTS] = packed('int32', 'row', batchSize, 1)

  const { logProbs: _, topIndices: __, topLogProbs: ___, ...others } = { ...work.views, ...own }
  const { [ROW_SUMS]: ____, ...drawn } = others
  const draws = planDraws({ ...work, views: drawn })
  const scratch = { ...draws.scratch }
  for (const [name, { rows, columns }] of Object.entries(own)) scratch[name] = 4 * rows * columns

  // Raw ones are of the logits before they are adjusted.
  const all: Work = { ...work, views: { ...(raw ? unadjusted(work.views) : work.views), ...own } }
  const odds = { found, raw, parts, filtered: KEPT_COUNTS in all.views && !raw }
  return {
    dispatches: [
      ...draws.dispatches,
      ...(raw ? addUpRows(all, parts) : []),
      ...writeLogProbs(all, odds),
      ...(lists ? writeLists(all, odds, scratch) : []),
    ],
    scratch,
  }
}

/** What log-probabilities are made of. */
interface Odds {
  /** The view of what is found of draws. */
  found: string
  raw: boolean
  /** Parts of rows that are added up. */
  parts: number
  /** Lists end with what filters keep. */
  filtered: boolean
}

function packed(type: 'float32' | 'int32', per: 'row' | 'draw', rows: number, columns: number): Geometry {
  return { type, per, rows, columns, offset: 0, rowStride: columns }
}

function rowsAlone(work: Work): Work {
  return { ...work, request: { ...work.request, numSamples: 1 } }
}

/** Parts that a row is added up in. */
export function partsOfRows(work: Work): number {
  return Math.max(1, partsOf(rowsAlone(work)))
}

/** Adds up the rows of a slice: all classes at T = 1, or what is kept at each row's T, which `kept` binds. */
export function addUpSlice(work: Work, slice: Slice, parts: number, sums: Bound, kept?: Bound): Dispatch {
  const alone = rowsAlone(work)
  const lanes = parts > 1 ? WORKGROUP_LANES : lanesOf(alone)
  const tasks = slice.rows * parts
  const WORKGROUP = workgroupOf(work, lanes, tasks)
  const keeps: Modules = kept ? { 'log_probs/whole_row': 'log_probs/kept_row' } : {}
  const kernel = {
    name: 'log_probs/add_up',
    modules: { ...readModules(work), ...reduceModule(work, lanes), ...keeps },
    constants: { LANES: lanes, WORKGROUP, LOG_PROBS: 1, RAW: Number(!kept) },
  }
  const all = together(readBound(work, slice), sums, ...(kept ? [kept] : []))
  return dispatchOf(
    work,
    { ...slice, firstDraw: 0, draws: 1, parts },
    kernel,
    Math.ceil((tasks * lanes) / WORKGROUP),
    all,
  )
}

function addUpRows(work: Work, parts: number): Dispatch[] {
  const { logits, [ROW_SUMS]: sums } = work.views
  const alone = { ...rowsAlone(work), views: { logits, [ROW_SUMS]: sums } }
  return slicesOf(alone).map((slice) => addUpSlice(alone, slice, parts, bound(alone, slice, ROW_SUMS, 'row_sums')))
}

/** Modules and bindings that log-probabilities of a slice are read with. */
function oddsBound(work: Work, slice: Slice, { found, raw, parts }: Odds): { modules: Modules; what: Bound } {
  const what = together(
    bound(work, slice, found, 'found_draws'),
    ...(raw ? [bound(work, slice, ROW_SUMS, 'row_sums'), { bindings: {}, params: { totalParts: parts } }] : []),
  )
  return { modules: { ...readModules(work), ...(raw ? { 'log_probs/drawn': 'log_probs/raw' } : {}) }, what }
}

function writeLogProbs(work: Work, odds: Odds): Dispatch[] {
  const { logits, logProbs, [odds.found]: found, [ROW_SUMS]: sums } = work.views
  const read: Record<string, Geometry> = odds.raw ? { logits, [ROW_SUMS]: sums } : {}
  const own = { ...work, views: { ...read, logProbs, [odds.found]: found } }
  return slicesOf(own, 0, 1).map((slice) => {
    const { modules, what } = oddsBound(work, slice, odds)
    const kernel = { name: 'log_probs/write', modules, constants: {} }
    const all = together(
      what,
      bound(work, slice, 'logProbs', 'log_probs_out'),
      ...(odds.raw ? [readBound(work, slice)] : []),
    )
    const workgroups = Math.ceil((slice.rows * slice.draws) / WORKGROUP_LANES)
    return { ...dispatchOf(work, slice, kernel, workgroups, all), work: slice.rows * slice.draws }
  })
}

/** Lists the most likely classes of rows. */
function writeLists(work: Work, odds: Odds, scratch: Record<string, number>): Dispatch[] {
  const { numClasses, numSamples, topLogProbs: topCount = 0 } = work.request
  const rowBytes = Math.max(4 * Math.ceil(numClasses / BLOCK), LISTED_BYTES)
  const rowsFit = Math.max(1, Math.floor(work.limits.bindingBytes / rowBytes))
  const { topIndices, topLogProbs, [odds.found]: found } = work.views
  const own = { ...work, views: { ...readViews(work), topIndices, topLogProbs, [odds.found]: found } }
  // Where a row's draws do not fit, its first ones do: the first says what is found of its row.
  const slices = slicesOf(own, 0, Math.ceil(numClasses / numSamples)).filter(({ firstDraw }) => firstDraw === 0)
  return slices
    .flatMap((slice) => partsOfSlice(slice, rowsFit))
    .flatMap((slice) => {
      const ranges = scratchRanges(scratch, { ...keptBytes(work, slice), listed: LISTED_BYTES * slice.rows })
      return [
        findTops(work, slice, ranges),
        choose(work, slice, ranges, topCount),
        writeList(work, slice, odds, ranges, topCount),
      ]
    })
}

function writeList(
  work: Work,
  slice: Slice,
  odds: Odds,
  { cutoffs, listed }: Record<string, Range>,
  topCount: number,
): Dispatch {
  const { modules, what } = oddsBound(work, slice, odds)
  const counted: Modules = odds.filtered ? { 'log_probs/count_any': 'log_probs/count_kept' } : {}
  const kernel = { name: 'log_probs/write_top', modules: { ...modules, ...counted }, constants: {} }
  const all = together(
    what,
    readBound(work, slice),
    ...(odds.filtered ? [bound(work, slice, KEPT_COUNTS, 'kept_counts')] : []),
    bound(work, slice, TOP_INDICES.name, 'top_indices'),
    bound(work, slice, TOP_LOG_PROBS.name, 'top_log_probs'),
    { bindings: { cutoffs, listed }, params: { topCount } },
  )
  const workgroups = Math.ceil((slice.rows * topCount) / WORKGROUP_LANES)
  return { ...dispatchOf(work, slice, kernel, workgroups, all), work: slice.rows * topCount }
}
