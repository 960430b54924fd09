import { dispatchOf, together } from '../../gpu/bound'
import { WORKGROUP_LANES, workgroupOf } from '../../gpu/lanes'
import {
  drawConstants,
  readBound,
  readModules,
  reduceModule,
  resultModules,
  resultsBound,
  settingsModule,
} from '../../gpu/modules'
import type { Dispatch, Plan, Range, Slice, Work } from '../../gpu/plan'
import { slicesOf } from '../../gpu/slices'
import { BLOCK, LISTED_BYTES, chooseKept, findTops, keptBytes, partsOfSlice, scratchRanges } from './plan_filtered'

/** In step with `shaders/inverse_cdf/`: bytes of a sum. */
const SUM_BYTES = 8
/** A draw takes a device about as long as so many classes of other draws. */
const DRAW_WORK = 32
/** Blocks that a lane should have where lanes share a row. */
const BLOCKS_A_LANE = 8

/** What each row keeps; the sums of its masses, by many workgroups where it is long; its draws, two an invocation. */
export function planInverseCdf(work: Work, filtered: boolean): Plan {
  const { limits, request } = work
  const blocks = Math.ceil(request.numClasses / BLOCK)
  const rowBytes = Math.max(SUM_BYTES * BLOCK * blocks, filtered ? LISTED_BYTES : 0)
  const rowsFit = Math.max(1, Math.floor(Math.min(limits.bindingBytes / rowBytes, limits.work / request.numClasses)))
  const slices = slicesOf(work, 0, DRAW_WORK).flatMap((slice) => partsOfSlice(slice, rowsFit))
  const scratch: Record<string, number> = {}
  const dispatches = slices.flatMap((slice) => {
    const ranges = scratchRanges(scratch, {
      ...keptBytes(work, slice),
      ...(filtered ? { listed: LISTED_BYTES * slice.rows } : {}),
      block_sums: SUM_BYTES * blocks * slice.rows,
      class_sums: SUM_BYTES * BLOCK * blocks * slice.rows,
    })
    const draws = drawPicks(work, slice, ranges)
    // Further draws of the same row find what the first left.
    if (slice.firstDraw > 0) return [draws]
    const kept = filtered ? chooseKept(work, slice, ranges) : [keepAll(work, slice, ranges)]
    return [findTops(work, slice, ranges), ...kept, ...addUp(work, slice, ranges), draws]
  })
  return { dispatches, scratch }
}

/** Finds the largest logit of each row, of which all is kept. */
export function keepAll(work: Work, slice: Slice, { tops, cutoffs }: Record<string, Range>): Dispatch {
  return ofRows(work, slice, 'inverse_cdf/keep_all', { tops, cutoffs })
}

function addUp(work: Work, slice: Slice, { cutoffs, block_sums, class_sums }: Record<string, Range>): Dispatch[] {
  const blocks = Math.ceil(work.request.numClasses / BLOCK)
  const weigh = { name: 'inverse_cdf/weigh', modules: readModules(work), constants: {} }
  const sums = { bindings: { cutoffs, block_sums, class_sums }, params: {} }
  const all = together(readBound(work, slice), sums)
  return [
    dispatchOf(work, { ...slice, draws: 1 }, weigh, Math.ceil((slice.rows * blocks) / WORKGROUP_LANES), all),
    ofRows(work, slice, 'inverse_cdf/add_blocks', { block_sums }),
  ]
}

/** A dispatch that brings together what was found of the blocks of each row. */
function ofRows(work: Work, slice: Slice, name: string, bindings: Record<string, Range>): Dispatch {
  const blocks = Math.ceil(work.request.numClasses / BLOCK)
  let lanes = 1
  while (lanes < WORKGROUP_LANES && blocks > lanes * BLOCKS_A_LANE) lanes *= 2
  const kernel = {
    name,
    modules: settingsModule(work.request),
    constants: { LANES: lanes, WORKGROUP: workgroupOf(work, lanes, slice.rows) },
  }
  const workgroups = Math.ceil((slice.rows * lanes) / kernel.constants.WORKGROUP)
  return { ...dispatchOf(work, { ...slice, draws: 1 }, kernel, workgroups, { bindings, params: {} }), work: 0 }
}

function drawPicks(work: Work, slice: Slice, ranges: Record<string, Range>): Dispatch {
  const { cutoffs, block_sums, class_sums } = ranges
  // Draws 2 n and 2 n + 1 go together, whichever is the first.
  const pairs = Math.ceil(((slice.firstDraw % 2) + slice.draws) / 2)
  const tasks = slice.rows * pairs
  const kernel = {
    name: 'inverse_cdf/draw',
    modules: { ...readModules(work), ...reduceModule(work, 1), ...resultModules(work) },
    constants: { ...drawConstants(work), WORKGROUP: workgroupOf(work, 1, tasks) },
  }
  const sums = { bindings: { cutoffs, block_sums, class_sums }, params: {} }
  const all = together(readBound(work, slice), resultsBound(work, slice), sums)
  const workgroups = Math.ceil(tasks / kernel.constants.WORKGROUP)
  return { ...dispatchOf(work, slice, kernel, workgroups, all), work: slice.rows * slice.draws * DRAW_WORK }
}
