/** Where data lies: the one type for whatever calls read and write, with its arithmetic in bytes, its limits and its messages. */

import { tagOf } from './arrays'
import { isObject, oneOf, shown, whole } from './checks'
import { readNames } from './known_names'

/** int64 is a pair of words, low first. */
export type ElementType = 'float32' | 'float16' | 'bfloat16' | 'int32' | 'int64'

/** How rows lie in their array or buffer, in elements. */
export interface Geometry {
  type: ElementType
  /** Whether there is a row for each row of the batch, or for each draw. */
  per: 'row' | 'draw'
  rows: number
  columns: number
  offset: number
  /** From the start of one row to the start of the next. Where there is one row it is that of packed rows. */
  rowStride: number
}

/** Halves are held as words of 16 bits. */
export type HostArray = Float32Array | Int32Array | Uint16Array

/** Rows of numbers in host memory or in a GPU buffer. */
export interface View extends Geometry {
  /** In messages. */
  name: string
  data?: HostArray
  buffer?: GPUBuffer
}

export type HostView = View & { data: HostArray }

/** What a caller may give as a view, and what is needed of it. */
export interface ViewSpec {
  name: string
  per: 'row' | 'draw'
  rows: number
  columns: number
  types: readonly ElementType[]
  /** Whether it may lie in a GPU buffer. */
  onGpu: boolean
  /** Whether the rows may lie apart: else they are packed. */
  strided: boolean
  /** A rowStride of 0 says that all have one row. */
  shared?: boolean
  /** What a row's columns are called in messages, where they are not numClasses. */
  columnsName?: string
  /** A Uint32Array will do for int32. */
  unsigned?: boolean
  /** What the caller may give, for messages, where it is not the usual. */
  forms?: string
  /** Names beside those of its place, which others read. */
  more?: readonly string[] | undefined
}

/** Bindings of storage and uniform buffers begin at multiples of 256 bytes, the largest alignment that WebGPU asks for. */
export const ALIGNMENT = 256

/** GPUBufferUsage.STORAGE, which not every runtime has as a global. */
const STORAGE = 128

export const BYTES: Readonly<Record<ElementType, number>> = { float32: 4, float16: 2, bfloat16: 2, int32: 4, int64: 8 }
/** Tags of the arrays that hold a type; the first says it without a `type`, the others need one. */
const ARRAYS: Readonly<Record<ElementType, readonly string[]>> = {
  float32: ['Float32Array'],
  float16: ['Float16Array', 'Uint16Array'],
  bfloat16: ['', 'Uint16Array'],
  int32: ['Int32Array'],
  int64: [],
}

/** Whether a caller's value says that its data lie in a GPU buffer: arrays have a buffer too, of another kind. */
export function inBuffer(value: unknown): value is { buffer: GPUBuffer; offset?: number; rowStride?: number } {
  return isObject(value) && 'buffer' in value && !ArrayBuffer.isView(value)
}

/**
 * Checks what a call reads: an array, a view of one, or a view of a GPU buffer.
 * @throws RangeError, TypeError naming the parameter
 */
export function inputView(spec: ViewSpec, value: unknown): View {
  const { name, types } = spec
  if (inBuffer(value)) {
    if (!spec.onGpu)
      throw new TypeError(
        `${name} are in a GPU buffer; backend 'cpu' takes host memory, such as ${types[0] === 'int32' ? 'an Int32Array' : 'a Float32Array'}`,
      )
    const { buffer, ...place } = readView(spec, value, 'buffer')
    requireStorage(name, buffer)
    const type = oneOf(`${name}.type`, place.type ?? types[0], types)
    const geometry = geometryOf(spec, type, place)
    requireElements(spec, geometry, Math.floor(buffer.size / BYTES[type]))
    // Bindings have whole words.
    const reachable = Math.floor(buffer.size / 4) * 4
    if (endOf(geometry) > reachable / BYTES[type])
      throw new RangeError(
        `${name}.buffer has ${buffer.size} bytes, whose last element is out of reach; its size must be a multiple of 4`,
      )
    return { ...geometry, name, buffer }
  }
  const bare = Array.isArray(value) && types.length > 1 ? numbersOf(name, value) : value
  const given = isObject(bare) && 'data' in bare ? readView(spec, bare, 'data') : { data: bare }
  const { data, type } = hostDataOf(spec, given)
  const geometry = geometryOf(spec, type, given)
  if (spec.strided) requireElements(spec, geometry, data.length)
  else if (data.length !== spec.rows)
    throw new RangeError(`${name} has ${data.length} values; it must have batchSize * numSamples (${spec.rows})`)
  return { ...geometry, name, data }
}

/** The array that a caller gives, and the type of its elements. */
function hostDataOf(spec: ViewSpec, { data: given, type }: Place): { data: HostArray; type: ElementType } {
  const { name, types, strided } = spec
  const data = spec.unsigned && tagOf(given) === 'Uint32Array' ? signed(given as Uint32Array) : given
  const tag = tagOf(data)
  const fitting = types.filter((each) => tag !== undefined && ARRAYS[each].includes(tag))
  if (fitting.length === 0) {
    const forms = !strided
      ? 'an Int32Array or { buffer: GPUBuffer }'
      : types.length === 1
        ? 'a Float32Array, { data: Float32Array } or { buffer: GPUBuffer }'
        : 'an array of numbers, a Float32Array or Float16Array, { data } of one or of a Uint16Array, or { buffer: GPUBuffer }'
    throw new TypeError(`${name} is ${shown(data)}; it must be ${spec.forms ?? forms}`)
  }
  const own = fitting.find((each) => ARRAYS[each][0] === tag)
  if (type === undefined && own === undefined)
    throw new TypeError(
      `${name}.type is undefined; of a ${tag} it must be ${fitting.map((each) => `'${each}'`).join(' or ')}`,
    )
  const halves = tag === 'Float16Array' ? (data as Uint16Array) : undefined
  return {
    data: halves ? new Uint16Array(halves.buffer, halves.byteOffset, halves.length) : (data as HostArray),
    type: oneOf(`${name}.type`, type ?? own, fitting),
  }
}

/** The same words as signed numbers. */
function signed({ buffer, byteOffset, length }: Uint32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length)
}

/** Numbers of a plain array, rounded to float32. */
function numbersOf(name: string, values: readonly unknown[]): Float32Array {
  const wrong = values.findIndex((value) => typeof value !== 'number')
  if (wrong >= 0) throw new TypeError(`${name}[${wrong}] is ${shown(values[wrong])}; it must be a number`)
  return Float32Array.from(values as readonly number[])
}

/**
 * Checks where a call writes: a view of a GPU buffer.
 * @throws RangeError, TypeError naming the parameter
 */
export function outputView(spec: ViewSpec, value: unknown): View & { buffer: GPUBuffer } {
  const { name, types } = spec
  if (!isObject(value)) throw new TypeError(`${name} is ${shown(value)}; it must be { buffer: GPUBuffer }`)
  const { buffer, ...place } = readView(spec, value, 'buffer')
  requireStorage(name, buffer)
  const type = oneOf(`${name}.type`, place.type ?? types[0], types)
  const geometry = wordGeometryOf(spec, type, place)
  const { offset, size } = windowOf(geometry, 0, geometry.rows)
  const end = offset + size
  if (end > buffer.size)
    throw new RangeError(
      spec.columns === 1
        ? `${name}.buffer has ${buffer.size} bytes; offset ${geometry.offset} and ${geometry.rows * geometry.columns} words need ${end}`
        : `${name}.buffer has ${buffer.size} bytes; offset ${geometry.offset} and ${geometry.rows} rows at a stride of ${geometry.rowStride} need ${end}`,
    )
  return { ...geometry, name, buffer }
}

interface Place {
  type?: unknown
  offset?: unknown
  rowStride?: unknown
  data?: unknown
}

function readView(spec: ViewSpec, value: object, source: 'buffer' | 'data'): Place & { buffer: GPUBuffer } {
  const names = [source, 'type', 'offset', ...(spec.strided ? ['rowStride'] : []), ...(spec.more ?? [])]
  return readNames(spec.name, value, names) as unknown as Place & { buffer: GPUBuffer }
}

/** What a kernel writes begins and ends with whole words: a half has a neighbour in its word. */
function wordGeometryOf(spec: ViewSpec, type: ElementType, place: Place): Geometry {
  const { name, rows, columns } = spec
  const unit = type === 'float16' ? 2 : 1
  const packed = Math.ceil(columns / unit) * unit
  const { offset = 0, rowStride = packed } = place
  for (const [field, value, least] of [
    ['offset', offset, 0],
    ['rowStride', rowStride, columns],
  ] as const)
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) % unit !== 0)
      throw new RangeError(
        columns === 1
          ? `${name}.${field} is ${shown(value)}; it must be a whole number of elements, 0 or more`
          : `${name}.${field} is ${shown(value)}; it must be a whole ${unit === 2 ? 'even ' : ''}number of elements, at least ${least}`,
      )
  // An int64 index is two words, and its offset counts words.
  if (type === 'int64')
    return { type: 'int32', per: spec.per, rows, columns: 2, offset: offset as number, rowStride: 2 }
  return {
    type,
    per: spec.per,
    rows,
    columns,
    offset: offset as number,
    rowStride: rows === 1 ? packed : (rowStride as number),
  }
}

function geometryOf(spec: ViewSpec, type: ElementType, place: Place): Geometry {
  const { name, per, rows, columns, columnsName = 'numClasses', shared } = spec
  const offset = whole(`${name}.offset`, place.offset ?? 0, 0, Number.MAX_SAFE_INTEGER)
  const rowStride = whole(`${name}.rowStride`, place.rowStride ?? columns, 0, Number.MAX_SAFE_INTEGER)
  if (rows > 1 && rowStride < columns && !(shared && rowStride === 0))
    throw new RangeError(
      `${name}.rowStride is ${rowStride}; it must be ${shared ? '0 (one row for all) or ' : ''}at least ${columnsName} (${columns})`,
    )
  return { type, per, rows, columns, offset, rowStride: rows === 1 ? columns : rowStride }
}

/** Elements from the begin of the array or buffer to the end of the last row. */
function endOf({ offset, rowStride, rows, columns }: Geometry): number {
  return rows === 0 ? 0 : offset + (rows - 1) * rowStride + columns
}

function requireElements({ name }: ViewSpec, geometry: Geometry, length: number): void {
  const { offset, rowStride, rows, columns } = geometry
  const needed = endOf(geometry)
  if (needed > length)
    throw new RangeError(
      `${name} hold ${length} elements; offset ${offset} and ${rows} rows of ${columns} at a stride of ${rowStride} need ${needed}`,
    )
}

export function requireStorage(name: string, buffer: GPUBuffer): void {
  if (typeof buffer?.usage !== 'number') throw new TypeError(`${name}.buffer must be a GPUBuffer`)
  if ((buffer.usage & STORAGE) === 0)
    throw new TypeError(`${name}.buffer has usage ${buffer.usage}; it must include GPUBufferUsage.STORAGE (128)`)
}

/** A range of bytes to bind, and the element of it at which the first row begins. */
export interface Window {
  offset: number
  size: number
  begin: number
}

/** The window of `count` rows from `first` on, or of `columns` from `column` on of each. */
export function windowOf(view: Geometry, first: number, count: number, column = 0, columns = view.columns): Window {
  const bytes = BYTES[view.type]
  const begin = view.offset + first * view.rowStride + column
  if (count === 0) return { offset: 0, size: 0, begin: 0 }
  const offset = Math.floor((begin * bytes) / ALIGNMENT) * ALIGNMENT
  const end = Math.ceil(((begin + (count - 1) * view.rowStride + columns) * bytes) / 4) * 4
  return { offset, size: end - offset, begin: begin - offset / bytes }
}

/** Elements of a row that fit a binding wherever they begin. */
export function elementsThatFit(view: Geometry, bindingBytes: number): number {
  return Math.floor(Math.floor(bindingBytes / ALIGNMENT - 1) * (ALIGNMENT / BYTES[view.type]))
}

/** Rows that fit a binding wherever they begin; 0 where not even one does. */
export function rowsThatFit(view: Geometry, bindingBytes: number): number {
  const elements = elementsThatFit(view, bindingBytes)
  if (elements < view.columns) return 0
  return view.rowStride === 0 ? Infinity : Math.floor((elements - view.columns) / view.rowStride) + 1
}

/** Whether rows begin and end at multiples of four elements, so that kernels may take four at a time. */
export function isVector({ offset, rowStride, columns }: Geometry): boolean {
  return offset % 4 === 0 && rowStride % 4 === 0 && columns % 4 === 0
}

/** The view without the rows before `first`. */
export function from<T extends Geometry>(view: T, first: number, rows: number): T {
  return { ...view, offset: view.offset + first * view.rowStride, rows }
}

/** The view's rows as they are told apart: one where all rows have the same. */
export function distinct<T extends Geometry>(view: T): T {
  return view.rowStride === 0 && view.rows > 1 ? { ...view, rows: 1, rowStride: view.columns } : view
}
