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
  /** Parts of a row in all; with more than one, sample_part and sample_combine draw, else sample. */
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
/** Groups that a part of a row should have at least. */
const GROUPS_A_PART = 256
/** Workgroups that keep a large GPU busy; with fewer rows, rows are split. */
const ENOUGH_WORKGROUPS = 1024

/** Maps a shape to kernels and dispatches. */
export function planSample(shape: Shape): Plan {
  const { batchSize, numClasses, numSamples, rows, maxBindingBytes } = shape
  const maxElements = Math.floor(maxBindingBytes / ALIGNMENT) * ELEMENTS - ELEMENTS
  const groups = Math.ceil(numClasses / 8)
  // One row has no next one.
  const rowStride = batchSize === 1 ? numClasses : rows.rowStride
  const aligned = [numClasses, rowStride, rows.offset].every((n) => n % 4 === 0)
  const logits = aligned ? 'logits_f32x4' : 'logits_f32'
  const slice = (firstRow: number, count: number, firstClass: number, classes: number): Slice => {
    const begin = rows.offset + firstRow * rowStride + firstClass
    const end = begin + (count - 1) * rowStride + classes
    const bindingBegin = Math.floor(begin / ELEMENTS) * ELEMENTS
    return {
      firstRow,
      rows: count,
      firstClass,
      classes,
      bindingOffset: bindingBegin * 4,
      bindingSize: (end - bindingBegin) * 4,
      logitsOffset: begin - bindingBegin,
      parts: 1,
      firstPart: 0,
    }
  }

  // A row that does not fit a binding: one slice a row and piece.
  if (numClasses > maxElements) {
    const piece = Math.floor(maxElements / 8) * 8
    const pieces = Math.ceil(numClasses / piece)
    const parts = Math.max(1, Math.floor(Math.min(ENOUGH_WORKGROUPS, piece / 8 / GROUPS_A_PART)))
    const slices: Slice[] = []
    for (let row = 0; row < batchSize; row++)
      for (let p = 0; p < pieces; p++)
        slices.push({
          ...slice(row, 1, p * piece, Math.min(piece, numClasses - p * piece)),
          parts,
          firstPart: p * parts,
        })
    return { logits, lanes: WORKGROUP_LANES, totalParts: pieces * parts, rowStride, slices }
  }

  const rowsAtOnce = Math.floor((maxElements - numClasses) / rowStride) + 1
  const slices: Slice[] = []
  for (let row = 0; row < batchSize; row += rowsAtOnce)
    slices.push(slice(row, Math.min(rowsAtOnce, batchSize - row), 0, numClasses))

  const draws = batchSize * numSamples
  const parts = Math.floor(Math.min(ENOUGH_WORKGROUPS / draws, groups / GROUPS_A_PART))
  if (parts > 1) {
    for (const each of slices) each.parts = parts
    return { logits, lanes: WORKGROUP_LANES, totalParts: parts, rowStride, slices }
  }
  let lanes = 1
  while (lanes < WORKGROUP_LANES && groups > lanes * GROUPS_A_LANE) lanes *= 2
  return { logits, lanes, totalParts: 1, rowStride, slices }
}

/** Workgroup counts in two dimensions for at least `count` workgroups; kernels number them row by row. */
export function workgroups(count: number): [number, number] {
  const x = Math.min(count, 65535)
  return [x, Math.ceil(count / x)]
}
