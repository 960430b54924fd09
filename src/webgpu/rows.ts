import type { SamplesView } from '../options'
import { oneOf, shown } from '../request'
import { ALIGNMENT } from './buffers'
import { requireStorage } from './inputs'
import type { NamedRange } from './outputs'

/** Where rows of values lie, in elements of their type. */
export interface RowsPlace {
  buffer: GPUBuffer
  type: 'float32' | 'float16'
  offset: number
  rowStride: number
}

function bytesOf({ type }: RowsPlace): number {
  return type === 'float16' ? 2 : 4
}

/** Checks the caller's view of `count` rows that kernels write. */
export function rowsPlace(
  name: string,
  view: SamplesView,
  count: number,
  numClasses: number,
  types: readonly RowsPlace['type'][],
): { place: RowsPlace; range: NamedRange } {
  if (typeof view !== 'object' || view === null)
    throw new TypeError(`${name} is ${shown(view)}; it must be { buffer: GPUBuffer }`)
  const { buffer, offset = 0 } = view
  requireStorage(`${name}.buffer`, buffer)
  const type = oneOf(`${name}.type`, view.type ?? 'float32', types)
  const unit = type === 'float16' ? 2 : 1
  const packed = Math.ceil(numClasses / unit) * unit
  const rowStride = view.rowStride ?? packed
  for (const [field, value, least] of [
    ['offset', offset, 0],
    ['rowStride', rowStride, numClasses],
  ] as const)
    if (!Number.isSafeInteger(value) || value < least || value % unit !== 0)
      throw new RangeError(
        `${name}.${field} is ${shown(value)}; it must be a whole ${unit === 2 ? 'even ' : ''}number of elements, at least ${least}`,
      )
  // One row has no next one.
  const place = { buffer, type, offset, rowStride: count === 1 ? packed : rowStride }
  const range = rangeOf(place, 0, count, numClasses)
  const end = range.offset + range.size
  if (end > buffer.size)
    throw new RangeError(
      `${name}.buffer has ${buffer.size} bytes; offset ${offset} and ${count} rows at a stride of ${rowStride} need ${end}`,
    )
  return { place, range: { name, ...range } }
}

/** The range of bytes to bind for `count` rows from `first` on. */
function rangeOf(place: RowsPlace, first: number, count: number, numClasses: number) {
  const bytes = bytesOf(place)
  const begin = place.offset + first * place.rowStride
  const offset = Math.floor((begin * bytes) / ALIGNMENT) * ALIGNMENT
  const end = Math.ceil(((begin + (count - 1) * place.rowStride + numClasses) * bytes) / 4) * 4
  return { buffer: place.buffer, offset, size: end - offset }
}

/** A binding for `count` rows from `first` on, and the element of it at which the first begins. */
export function bindRows(place: RowsPlace, first: number, count: number, numClasses: number) {
  const binding = rangeOf(place, first, count, numClasses)
  return { binding, offset: place.offset + first * place.rowStride - binding.offset / bytesOf(place) }
}

/** How many rows fit a binding wherever they begin. */
export function rowsThatFit(place: RowsPlace, maxBindingBytes: number): number {
  return Math.floor((maxBindingBytes - ALIGNMENT) / (bytesOf(place) * place.rowStride))
}

/** Whether rows begin and end at multiples of four elements. */
export function isAligned({ offset, rowStride }: Pick<RowsPlace, 'offset' | 'rowStride'>, numClasses: number): boolean {
  return [offset, rowStride, numClasses].every((n) => n % 4 === 0)
}
