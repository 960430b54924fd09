import type { Rows } from '../request'
import { ALIGNMENT } from './buffers'
import type { LogitsModule } from './shader'

/** The shape of a draw over logits in a GPU buffer, and what the device takes. */
export interface Shape {
  batchSize: number
  numClasses: number
  numSamples: number
  rows: Rows
  maxBindingBytes: number
  /** A GPU, which wants thousands of lanes, rather than a software adapter, which wants few workgroups and barriers. */
  wide: boolean
}

/** One dispatch: some rows, or a part of one row, within one binding of the logits. */
export interface Slice {
  firstRow: number
  rows: number
  firstClass: number
  classes: number
  /** The binding, in bytes. */
  bindingOffset: number
  bindingSize: number
  /** Element of the binding at which the first row's part begins. */
  logitsOffset: number
  /** Workgroups that share a row. */
  parts: number
  firstPart: number
}

export interface Plan {
  logits: LogitsModule
  /** Lanes that share a row, where rows are not split. */
  lanes: number
  /** Parts of a row in all; with more than one, sample/draw_part and draw_combine draw, else sample/draw. */
  totalParts: number
  /** Elements from row to row. */
  rowStride: number
  slices: Slice[]
}

export const WORKGROUP_LANES = 64
/** Bindings begin at multiples of this many elements. */
const ELEMENTS = ALIGNMENT / 4
/** Groups of eight classes that a lane should have, so that its noise bound warms up. */
const GROUPS_A_LANE = 8
/**
 * Groups that a lane may have at most: llvmpipe ends all loops of an invocation, without a word, after 65,535 turns in all, and a
 * group takes up to some twenty.
 */
const MOST_GROUPS_A_LANE = 2048
/** Groups that a part of a row should have at least. */
const GROUPS_A_PART = 256
/** Workgroups that keep a large GPU, or a software adapter, busy; with fewer rows, rows get more lanes, or are split. */
const ENOUGH_WORKGROUPS = { wide: 1024, narrow: 4 }
/** Lanes that share a row where there are rows enough: on software adapters none waits for others at barriers. */
const MOST_LANES = { wide: 64, narrow: 1 }

/** Classes of a row up to which a lane alone is faster with a guess at all noise than with bounds of it: see contest.wgsl. */
export const SHORT_CLASSES = 128

/** Groups of eight classes that a lane can hold in registers, in step with gumbel_softmax/held.wgsl. */
const MOST_HELD_GROUPS = 4
/** Groups that a lane should hold: on GPUs more lanes and less code. */
const HELD_GROUPS = { wide: 2, narrow: 4 }

/** Maps a shape to kernels and dispatches for Gumbel-max. */
export function planSample(shape: Shape): Plan {
  const { batchSize, numClasses, maxBindingBytes } = shape
  const slice = slicer(shape)
  const most = maxElements(maxBindingBytes)

  // A row that does not fit a binding: one slice a row and piece.
  if (numClasses > most) {
    const piece = Math.floor(most / 8) * 8
    const pieces = Math.ceil(numClasses / piece)
    const parts = partsOf({ ...shape, numClasses: piece, batchSize: 1 })
    const slices: Slice[] = []
    for (let row = 0; row < batchSize; row++)
      for (let p = 0; p < pieces; p++)
        slices.push({
          ...slice(row, 1, p * piece, Math.min(piece, numClasses - p * piece)),
          parts,
          firstPart: p * parts,
        })
    return { ...layout(shape), lanes: WORKGROUP_LANES, totalParts: pieces * parts, slices }
  }

  const slices = rowSlices(shape, Infinity)
  const parts = partsOf(shape)
  if (parts > 1) return { ...layout(shape), lanes: WORKGROUP_LANES, ...split(slices, parts) }
  // However few such rows: a software adapter is done with one before its lanes would have met at a barrier.
  const lanes = !shape.wide && numClasses <= SHORT_CLASSES ? 1 : lanesOf(shape)
  return { ...layout(shape), lanes, totalParts: 1, slices }
}

/** Maps a shape to dispatches in which the lanes of a row go through it, however long it is. */
export function planRows(shape: Shape, rowsAtOnce: number): Plan {
  return { ...layout(shape), lanes: lanesOf(shape), totalParts: 1, slices: rowSlices(shape, rowsAtOnce) }
}

/** Lanes that have enough groups each, or more where there are too few rows to keep the device busy. */
function lanesOf(shape: Shape, groupsALane = GROUPS_A_LANE): number {
  const { batchSize, numSamples, numClasses } = shape
  const groups = Math.ceil(numClasses / 8)
  const most = MOST_LANES[widthOf(shape)]
  const busy = (enoughWorkgroups(shape) * WORKGROUP_LANES) / (batchSize * numSamples)
  let lanes = 1
  const wanted = () =>
    (lanes < most && groups > lanes * groupsALane) || lanes < busy || groups > lanes * MOST_GROUPS_A_LANE
  while (lanes < WORKGROUP_LANES && groups > lanes && wanted()) lanes *= 2
  return lanes
}

/** A plan for Gumbel-softmax. */
export interface SoftmaxPlan extends Plan {
  /** Vectors of four classes that each lane holds; 0 where rows are too long to hold. */
  heldFours: number
}

/**
 * Maps a shape to kernels and dispatches for Gumbel-softmax, soft ones unless `hard`.
 * `rowsAtOnce` is how many rows' samples fit a binding.
 */
export function planGumbelSoftmax(shape: Shape, hard: boolean, rowsAtOnce: number): SoftmaxPlan {
  const groups = Math.ceil(shape.numClasses / 8)
  const slices = rowSlices(shape, rowsAtOnce)
  const parts = partsOf(shape)
  if (parts > 1) return { ...layout(shape), lanes: WORKGROUP_LANES, heldFours: 0, ...split(slices, parts) }
  const lanes = lanesOf(shape, hard ? GROUPS_A_LANE : HELD_GROUPS[widthOf(shape)])
  const heldGroups = Math.ceil(groups / lanes)
  // A lane alone knows that the second half of its last group is past the row's end.
  const heldFours = lanes === 1 ? Math.ceil(shape.numClasses / 4) : 2 * heldGroups
  return { ...layout(shape), lanes, heldFours: heldGroups > MOST_HELD_GROUPS ? 0 : heldFours, totalParts: 1, slices }
}

/** Draws of a row that a task of the gradient of Gumbel-softmax should have at least, where tasks share them. */
const DRAWS_A_TASK = 8
/** Elements that tasks' shares of gradients may take. */
const SHARED_ELEMENTS = 2 ** 24

/** How many tasks share the draws of each row in the gradient of Gumbel-softmax; none has no draw. */
export function sharesOfDraws(
  rows: number,
  lanes: number,
  { numSamples, numClasses, wide }: Pick<Shape, 'numSamples' | 'numClasses' | 'wide'>,
): number {
  const busy = (enoughWorkgroups({ wide }) * WORKGROUP_LANES) / (lanes * rows)
  const most = Math.floor(Math.min(busy, numSamples / DRAWS_A_TASK, SHARED_ELEMENTS / (rows * numClasses)))
  return Math.ceil(numSamples / Math.ceil(numSamples / Math.max(1, most)))
}

/** Elements that a binding takes, less what aligning its begin costs. */
function maxElements(maxBindingBytes: number): number {
  return Math.floor(maxBindingBytes / ALIGNMENT) * ELEMENTS - ELEMENTS
}

/** One row has no next one. */
function strideOf({ batchSize, numClasses, rows }: Shape): number {
  return batchSize === 1 ? numClasses : rows.rowStride
}

function layout(shape: Shape): Pick<Plan, 'logits' | 'rowStride'> {
  const rowStride = strideOf(shape)
  const aligned = [shape.numClasses, rowStride, shape.rows.offset].every((n) => n % 4 === 0)
  return { logits: aligned ? 'logits_f32x4' : 'logits_f32', rowStride }
}

function slicer(shape: Shape) {
  const rowStride = strideOf(shape)
  return (firstRow: number, rows: number, firstClass: number, classes: number): Slice => {
    const begin = shape.rows.offset + firstRow * rowStride + firstClass
    const end = begin + (rows - 1) * rowStride + classes
    const bindingBegin = Math.floor(begin / ELEMENTS) * ELEMENTS
    return {
      firstRow,
      rows,
      firstClass,
      classes,
      bindingOffset: bindingBegin * 4,
      bindingSize: (end - bindingBegin) * 4,
      logitsOffset: begin - bindingBegin,
      parts: 1,
      firstPart: 0,
    }
  }
}

/** Slices of whole rows, as many as fit a binding, and at most `rowsAtOnce`. */
function rowSlices(shape: Shape, rowsAtOnce: number): Slice[] {
  const { batchSize, numClasses, maxBindingBytes } = shape
  const slice = slicer(shape)
  const fit = Math.floor((maxElements(maxBindingBytes) - numClasses) / strideOf(shape)) + 1
  const step = Math.min(fit, rowsAtOnce)
  const slices: Slice[] = []
  for (let row = 0; row < batchSize; row += step)
    slices.push(slice(row, Math.min(step, batchSize - row), 0, numClasses))
  return slices
}

/** Workgroups that share a row, where there are few rows and they are long. */
function partsOf(shape: Shape): number {
  const { batchSize, numSamples, numClasses } = shape
  const groups = Math.ceil(numClasses / 8)
  const busy = Math.floor(Math.min(enoughWorkgroups(shape) / (batchSize * numSamples), groups / GROUPS_A_PART))
  return Math.max(busy, Math.ceil(groups / WORKGROUP_LANES / MOST_GROUPS_A_LANE))
}

function widthOf({ wide }: Pick<Shape, 'wide'>): 'wide' | 'narrow' {
  return wide ? 'wide' : 'narrow'
}

function enoughWorkgroups(shape: Pick<Shape, 'wide'>): number {
  return ENOUGH_WORKGROUPS[widthOf(shape)]
}

function split(slices: Slice[], parts: number): Pick<Plan, 'totalParts' | 'slices'> {
  return { totalParts: parts, slices: slices.map((slice) => ({ ...slice, parts })) }
}

/** Workgroup counts in two dimensions for at least `count` workgroups; kernels number them row by row. */
export function workgroups(count: number): [number, number] {
  const x = Math.min(count, 65535)
  return [x, Math.ceil(count / x)]
}
