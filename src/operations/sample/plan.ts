import { dispatchOf, together } from '../../gpu/bound'
import {
  MOST_GROUPS_A_LANE,
  SHORT_CLASSES,
  WORKGROUP_LANES,
  isShort,
  lanesOf,
  partsOf,
  workgroupOf,
} from '../../gpu/lanes'
import {
  SCAN_BYTES,
  drawConstants,
  readBound,
  readModules,
  reduceModule,
  resultModules,
  resultsBound,
  settingsModule,
  shortConstants,
} from '../../gpu/modules'
import type { Dispatch, Plan, Slice, Work } from '../../gpu/plan'
import { mostClasses, slicesOf } from '../../gpu/slices'

/** Gumbel-max: a lane or a workgroup draws of whole rows; long rows, where they are few, are split, and their parts combined. */
export function planSample(work: Work): Plan {
  if (work.request.numClasses > mostClasses(work)) return planPieces(work)
  const parts = partsOf(work)
  if (parts > 1)
    return planParts(
      work,
      slicesOf(work, SCAN_BYTES * parts).map((slice) => ({ slice, pieces: [{ ...slice, parts }] })),
      parts,
    )
  // However few short rows: a software adapter is done with one before its lanes would have met at a barrier.
  const alone = !work.limits.wide && !work.limits.lanes && work.request.numClasses <= SHORT_CLASSES
  return { dispatches: slicesOf(work).map((slice) => draw(work, slice, alone ? 1 : lanesOf(work))), scratch: {} }
}

function draw(work: Work, slice: Slice, lanes: number): Dispatch {
  const modules = { ...readModules(work), ...reduceModule(work, lanes), ...resultModules(work) }
  const tasks = slice.rows * slice.draws
  const WORKGROUP = workgroupOf(work, lanes, tasks)
  const kernel = isShort(work, lanes)
    ? {
        name: 'sample/draw_short',
        modules,
        constants: { ...drawConstants(work), ...shortConstants(work.request, slice), WORKGROUP },
      }
    : { name: 'sample/draw', modules, constants: { ...drawConstants(work), LANES: lanes, WORKGROUP } }
  const workgroups = Math.ceil((tasks * lanes) / WORKGROUP)
  const all = together(readBound(work, slice), resultsBound(work, slice))
  return dispatchOf(work, slice, kernel, workgroups, all)
}

/** Rows that do not fit a binding, one by one, in pieces that do. */
function planPieces(work: Work): Plan {
  const { numClasses } = work.request
  const length = Math.floor(mostClasses(work) / 8) * 8
  const count = Math.ceil(numClasses / length)
  const one = { ...work, request: { ...work.request, batchSize: 1, numSamples: 1 } }
  const groups = Math.ceil(length / 8)
  const parts = Math.max(partsOf(one, length), Math.ceil(groups / WORKGROUP_LANES / MOST_GROUPS_A_LANE))
  const { logits: _, ...others } = work.views
  const slices = slicesOf({ ...work, views: others }, SCAN_BYTES * parts * count)
  const rows = slices.flatMap((slice) =>
    Array.from({ length: slice.rows }, (_, r) => ({ ...slice, firstRow: slice.firstRow + r, rows: 1 })),
  )
  const pieces = rows.map((slice) => ({
    slice,
    pieces: Array.from({ length: count }, (_, i) => ({
      ...slice,
      firstClass: i * length,
      classes: Math.min(length, numClasses - i * length),
      parts,
      firstPart: i * parts,
    })),
  }))
  return planParts(work, pieces, parts * count)
}

/** First the pieces of each slice, in parts that leave what they found, then a workgroup a draw that combines them. */
function planParts(work: Work, rows: readonly { slice: Slice; pieces: Slice[] }[], totalParts: number): Plan {
  const reduce = reduceModule(work, WORKGROUP_LANES)
  const constants = drawConstants(work)
  let partials = 0
  const dispatches = rows.flatMap(({ slice, pieces }) => {
    const draws = slice.rows * slice.draws
    const size = SCAN_BYTES * draws * totalParts
    partials = Math.max(partials, size)
    const found = { bindings: { partials: { of: 'partials', offset: 0, size } }, params: { totalParts } }
    const part = { name: 'sample/draw_part', modules: { ...readModules(work), ...reduce }, constants }
    const modules = { ...settingsModule(work.request), ...reduce, ...resultModules(work) }
    const combine = { name: 'sample/draw_combine', modules, constants }
    return [
      ...pieces.map((piece) =>
        dispatchOf(work, piece, part, draws * piece.parts, together(readBound(work, piece), found)),
      ),
      { ...dispatchOf(work, slice, combine, draws, together(found, resultsBound(work, slice))), work: 0 },
    ]
  })
  return { dispatches, scratch: { partials } }
}
