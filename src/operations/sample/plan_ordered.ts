import { dispatchOf, together } from '../../gpu/bound'
import { WORKGROUP_LANES } from '../../gpu/lanes'
import { drawConstants, readBound, readModules, resultModules, resultsBound } from '../../gpu/modules'
import type { Dispatch, Plan, Range, Slice, Work } from '../../gpu/plan'
import { slicesOf } from '../../gpu/slices'
import { BLOCK, LISTED_BYTES, chooseKept, findTops, keptBytes, partsOfSlice, scratchRanges } from './plan_filtered'
import { keepAll } from './plan_inverse_cdf'
import { addUpSlice, partsOfRows } from './plan_log_probs'

/** In step with `shaders/ordered/`: bytes of a `Best`, runs that become one. */
const BEST_BYTES = 12
const MERGED = 4
/** Runs of the rows that are put into order together have at most 64 MiB, unless one row has more. */
const MOST_BYTES = 2 ** 26
/** Putting a class into its place takes about as long as so many draws of it: its noise, whatever its logit, and a few searches. */
const CLASS_WORK = 4

/** Draws without replacement: what each row keeps; scores of all that, in order by groups; longer runs, until a row is one; its first classes. */
export function planOrdered(work: Work, filtered: boolean): Plan {
  const { limits, request } = work
  const { numClasses, numSamples } = request
  const rowBytes = Math.max(BEST_BYTES * mostOfRuns(work), 4 * Math.ceil(numClasses / BLOCK), LISTED_BYTES)
  const rowsFit = Math.max(1, Math.floor(Math.min(limits.bindingBytes, MOST_BYTES) / rowBytes))
  const slices = slicesOf(work, 0, Math.ceil((CLASS_WORK * numClasses) / numSamples)).flatMap((slice) =>
    partsOfSlice(slice, rowsFit),
  )
  const { LOG_PROBS } = drawConstants(work)
  const parts = partsOfRows(work)
  const scratch: Record<string, number> = {}
  const dispatches = slices.flatMap((slice) => {
    const runBytes = BEST_BYTES * mostOfRuns(work) * slice.rows
    const ranges = scratchRanges(scratch, {
      ...keptBytes(work, slice),
      ...(filtered ? { listed: LISTED_BYTES * slice.rows } : {}),
      runs: runBytes,
      'other runs': runBytes,
      ...(LOG_PROBS ? { 'kept sums': 8 * parts * slice.rows } : {}),
    })
    const first = slice.firstDraw === 0 ? prepareRows(work, slice, ranges, filtered, LOG_PROBS ? parts : 0) : []
    return [...first, writeOrder(work, slice, ranges, parts)]
  })
  return { dispatches, scratch }
}

/** Groups of eight classes that each run is of, from those of one group to the one of a whole row. */
function levelsOf({ request: { numClasses } }: Work): number[] {
  const levels = [1]
  while (levels.at(-1)! < numClasses / 8) levels.push(levels.at(-1)! * MERGED)
  return levels
}

/** Classes in all runs of a row, each as long as the first of them. */
function classesOfRuns({ request: { numClasses, numSamples } }: Work, groups: number): number {
  return Math.ceil(Math.ceil(numClasses / 8) / groups) * Math.min(numSamples, 8 * groups)
}

function mostOfRuns(work: Work): number {
  return Math.max(...levelsOf(work).map((groups) => classesOfRuns(work, groups)))
}

/** The runs that the last merge leaves. */
function lastRuns(work: Work, { runs, 'other runs': other }: Record<string, Range>): Range {
  return levelsOf(work).length % 2 === 1 ? runs : other
}

/** Puts the classes of a slice's rows into order, and adds up what is kept in so many parts, 0 where nobody asks. */
function prepareRows(
  work: Work,
  slice: Slice,
  ranges: Record<string, Range>,
  filtered: boolean,
  parts: number,
): Dispatch[] {
  const orderCount = work.request.numSamples
  const once = { ...slice, draws: 1 }
  const groups = Math.ceil(work.request.numClasses / 8)
  const { cutoffs } = ranges
  const kept = { bindings: { cutoffs }, params: {} }
  let [from, to] = [ranges.runs, ranges['other runs']]
  const score = dispatchOf(
    work,
    once,
    { name: 'ordered/score', modules: readModules(work), constants: { ...drawConstants(work), REMAINDERS: 1 } },
    Math.ceil((slice.rows * groups) / WORKGROUP_LANES),
    together(readBound(work, slice), kept, { bindings: { runs_in: from }, params: { orderCount } }),
  )
  const merges = levelsOf(work)
    .slice(0, -1)
    .map((runGroups) => {
      const what = { bindings: { runs_in: from, runs_out: to }, params: { orderCount, runGroups } }
      const kernel = { name: 'ordered/merge', modules: {}, constants: {} }
      const workgroups = Math.ceil((slice.rows * classesOfRuns(work, runGroups)) / WORKGROUP_LANES)
      ;[from, to] = [to, from]
      return dispatchOf(work, once, kernel, workgroups, what)
    })
  const sums = { bindings: { row_sums: ranges['kept sums'] }, params: {} }
  return [
    findTops(work, slice, ranges),
    ...(filtered ? chooseKept(work, slice, ranges) : [keepAll(work, slice, ranges)]),
    score,
    ...merges,
    ...(parts > 0 ? [addUpSlice(work, slice, parts, sums, kept)] : []),
  ]
}

function writeOrder(work: Work, slice: Slice, ranges: Record<string, Range>, parts: number): Dispatch {
  const { LOG_PROBS } = drawConstants(work)
  const odds = together(readBound(work, slice), {
    bindings: { row_sums: ranges['kept sums'] },
    params: { totalParts: parts },
  })
  const kernel = {
    name: 'ordered/write',
    modules: {
      ...readModules(work),
      ...resultModules(work),
      ...(LOG_PROBS ? {} : { 'ordered/odds': 'ordered/no_odds' }),
    },
    constants: {},
  }
  const order = {
    bindings: { runs_in: lastRuns(work, ranges) },
    params: { orderCount: work.request.numSamples },
  }
  const all = together(resultsBound(work, slice), order, ...(LOG_PROBS ? [odds] : []))
  const tasks = slice.rows * slice.draws
  return { ...dispatchOf(work, slice, kernel, Math.ceil(tasks / WORKGROUP_LANES), all), work: tasks }
}
