/** Rows of numbers in host memory: packed, widened and written to a device. */

import { fixed } from './arrays'
import { widenBfloat16, widenFloat16 } from './halves'
import { BYTES, type Geometry, type HostArray, type HostView } from './view'

/** Bytes of a view's rows where they are packed. */
export function packedBytes({ rows, columns, type }: Pick<Geometry, 'rows' | 'columns' | 'type'>): number {
  return rows * columns * BYTES[type]
}

/** Copies the rows of a view in host memory into `out`, packed. */
export function copyRows({ data, offset, rowStride, rows, columns }: HostView, out: HostArray): void {
  if (rowStride === columns) out.set(data.subarray(offset, offset + rows * columns))
  else
    for (let r = 0; r < rows; r++) {
      const begin = offset + r * rowStride
      out.set(data.subarray(begin, begin + columns), r * columns)
    }
}

/** An array for the packed rows of a view, in `buffer`, which is long enough. */
export function packedArray({ rows, columns, type }: Geometry, buffer: ArrayBuffer): HostArray {
  const Type = type === 'int32' ? Int32Array : type === 'float32' ? Float32Array : Uint16Array
  return new Type(buffer, 0, rows * columns)
}

/** The view with its elements as float32, exactly, where they are halves. */
export function widened(view: HostView): HostView {
  const { type, rows, columns } = view
  if (type !== 'float16' && type !== 'bfloat16') return view
  const halves = new Uint16Array(rows * columns)
  copyRows(view, halves)
  const data = type === 'float16' ? widenFloat16(halves) : widenBfloat16(halves)
  return { ...view, type: 'float32', data, offset: 0, rowStride: columns }
}

/** Writes the rows of a view in host memory to a buffer, packed. */
export function uploadRows(queue: GPUQueue, view: HostView, to: GPUBuffer): void {
  const { data, offset, rowStride, rows, columns, type } = view
  if (BYTES[type] === 2) {
    // Writes have whole words, and rows may begin within one.
    const halves = new Uint16Array(Math.ceil((rows * columns) / 2) * 2)
    copyRows(view, halves)
    queue.writeBuffer(to, 0, halves)
    return
  }
  const write = (at: number, begin: number, length: number) =>
    queue.writeBuffer(to, 4 * at, fixed(data as Float32Array<ArrayBuffer>, begin, begin + length))
  if (rowStride === columns) write(0, offset, rows * columns)
  else for (let r = 0; r < rows; r++) write(r * columns, offset + r * rowStride, columns)
}
