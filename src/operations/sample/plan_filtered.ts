import { bound, dispatchOf, together } from '../../gpu/bound'
import { WORKGROUP_LANES, lanesOf, workgroupOf } from '../../gpu/lanes'
import { drawConstants, readBound, readModules, reduceModule, resultModules, resultsBound } from '../../gpu/modules'
import type { Dispatch, Plan, Range, Slice, Work } from '../../gpu/plan'
import { slicesOf } from '../../gpu/slices'
import { keepsFew } from '../../settings'
import { KEPT } from './outputs'
import { drawAndTest, drawsFirst, nucleusBytes, settledBound, settledModules } from './plan_nucleus'

/** In step with `shaders/filter/`: classes of a block, kept classes that are listed, bytes of a `Cutoff`. */
export const BLOCK = 64
export const MOST_LISTED = 512
const CUTOFF_BYTES = 16
export const LISTED_BYTES = 4 * MOST_LISTED
/** Lanes that choose what a row keeps: a GPU has many rows' worth of them, a software adapter waits at barriers. */
const LANES_TO_CHOOSE = { wide: 256, narrow: 8 }
/**
 * llvmpipe ends all loops of an invocation after 65,535 turns. A block takes up to some 170 in all passes, and 512 listed classes of one key 512
 * each, shared by eight lanes or more.
 */
const MOST_BLOCKS_A_LANE = 128

/**
 * Draws from the classes that filters keep: the largest logit of each block of classes; by those what is kept, a workgroup a row; the draws of
 * rows that keep few, which are listed, and of rows that keep many.
 */
export function planFiltered(work: Work): Plan {
  const { numClasses } = work.request
  const blocks = Math.ceil(numClasses / BLOCK)
  const first = drawsFirst(work)
  const bytesOf = (rows: number) => (first ? nucleusBytes(work, rows, blocks) : {})
  const rowBytes = Math.max(4 * blocks, LISTED_BYTES, ...Object.values(bytesOf(1)))
  const rowsFit = Math.max(1, Math.floor(work.limits.bindingBytes / rowBytes))
  const slices = slicesOf(work).flatMap((slice) => partsOfSlice(slice, rowsFit))
  const scratch: Record<string, number> = {}
  const dispatches = slices.flatMap((slice) => {
    const bytes = { ...keptBytes(work, slice), listed: LISTED_BYTES * slice.rows, ...bytesOf(slice.rows) }
    const ranges = scratchRanges(scratch, bytes)
    const drawn = first ? drawAndTest(work, slice, ranges, blocks) : []
    // Further draws of the same row find what the first left.
    const chosen =
      slice.firstDraw === 0 ? [findTops(work, slice, ranges), ...drawn, ...chooseKept(work, slice, ranges)] : []
    return [...chosen, ...drawKept(work, slice, ranges)]
  })
  return { dispatches, scratch }
}

/** Bytes of what is known of a slice's rows before they are drawn from, by the names of scratch buffers. */
export function keptBytes({ request }: Work, { rows }: Slice): Record<string, number> {
  return { tops: 4 * Math.ceil(request.numClasses / BLOCK) * rows, cutoffs: CUTOFF_BYTES * rows }
}

/** Scratch buffers from their begin on, which become as large as this needs. */
export function scratchRanges(scratch: Record<string, number>, sizes: Record<string, number>): Record<string, Range> {
  const ranges: Record<string, Range> = {}
  for (const [name, size] of Object.entries(sizes)) {
    scratch[name] = Math.max(scratch[name] ?? 0, size)
    ranges[name] = { of: name, offset: 0, size }
  }
  return ranges
}

/** A slice in parts of so many rows. */
export function partsOfSlice(slice: Slice, rowsFit: number): Slice[] {
  const parts: Slice[] = []
  for (let first = 0; first < slice.rows; first += rowsFit)
    parts.push({ ...slice, firstRow: slice.firstRow + first, rows: Math.min(rowsFit, slice.rows - first) })
  return parts
}

/** Finds the largest logit of each block. */
export function findTops(work: Work, slice: Slice, { tops }: Record<string, Range>): Dispatch {
  const blocks = Math.ceil(work.request.numClasses / BLOCK)
  const kernel = { name: 'filter/tops', modules: readModules(work), constants: {} }
  const all = together(readBound(work, slice), { bindings: { tops }, params: {} })
  return dispatchOf(work, { ...slice, draws: 1 }, kernel, Math.ceil((slice.rows * blocks) / WORKGROUP_LANES), all)
}

/** Finds what each row keeps, by the largest logits of its blocks, and gives it where it is wanted. */
export function chooseKept(work: Work, slice: Slice, ranges: Record<string, Range>): Dispatch[] {
  const wanted = KEPT.filter(({ name }) => work.views[name])
  return [
    choose(work, slice, ranges),
    ...wanted.map(({ name }) => {
      const kernel = {
        name: 'filter/write_kept',
        modules: {},
        constants: { PART: KEPT.findIndex((output) => output.name === name) },
      }
      const { cutoffs } = ranges
      const all = together({ bindings: { cutoffs }, params: {} }, bound(work, slice, name, 'kept_out'))
      const workgroups = Math.ceil(slice.rows / WORKGROUP_LANES)
      return { ...dispatchOf(work, { ...slice, draws: 1 }, kernel, workgroups, all), work: 0 }
    }),
  ]
}

/** Finds what filters keep, or lists the first `topCount` classes. */
export function choose(work: Work, slice: Slice, ranges: Record<string, Range>, topCount = 0): Dispatch {
  const blocks = Math.ceil(work.request.numClasses / BLOCK)
  let lanes = LANES_TO_CHOOSE[work.limits.wide ? 'wide' : 'narrow']
  while (lanes < 256 && blocks > lanes * MOST_BLOCKS_A_LANE) lanes *= 2
  const modules = { ...readModules(work), ...settledModules(ranges) }
  const COUNTED = Number(KEPT.some(({ name }) => work.views[name]))
  const kernel = { name: 'filter/choose', modules, constants: { WORKGROUP: lanes, COUNTED } }
  const { tops, cutoffs, listed } = ranges
  const chosen = { bindings: { tops, cutoffs, listed }, params: { topCount } }
  const all = together(readBound(work, slice), chosen, settledBound(work, ranges, blocks))
  return dispatchOf(work, { ...slice, draws: 1 }, kernel, slice.rows, all)
}

function drawKept(work: Work, slice: Slice, { cutoffs, listed }: Record<string, Range>): Dispatch[] {
  const tasks = slice.rows * slice.draws
  const results = together(readBound(work, slice), resultsBound(work, slice))
  const read = { ...readModules(work), ...resultModules(work) }
  const few = lanesOf({ ...work, request: { ...work.request, numClasses: MOST_LISTED } })
  const many = lanesOf(work)
  const kernelOf = (name: string, lanes: number, modules = {}) => ({
    name,
    modules: { ...read, ...reduceModule(work, lanes), ...modules },
    constants: { ...drawConstants(work), LANES: lanes, WORKGROUP: workgroupOf(work, lanes, tasks) },
  })
  const draw = (lanes: number, kernel: ReturnType<typeof kernelOf>, bindings: Record<string, Range>) =>
    dispatchOf(work, slice, kernel, Math.ceil((tasks * lanes) / kernel.constants.WORKGROUP), {
      ...results,
      bindings: { ...results.bindings, ...bindings },
    })
  const fewest = draw(few, kernelOf('filter/draw_listed', few), { cutoffs, listed })
  const draws = [{ ...fewest, work: tasks * Math.min(MOST_LISTED, work.request.numClasses) }]
  if (!keepsFew(work.request.settings, MOST_LISTED))
    draws.push(draw(many, kernelOf('filter/draw_wide', many, { 'shared/all_kept': 'filter/kept' }), { cutoffs }))
  return draws
}
