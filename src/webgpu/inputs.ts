import type { BufferLogits, HostLogits, Logits, Values } from '../options'
import { type Request, type Rows, hostLogits, isBufferLogits, rowsOf } from '../request'
import type { Scratch } from './buffers'
import type { Context } from './context'
import type { RowsPlace } from './rows'

/** Host arrays are uploaded and worked on in pieces of about this many bytes. */
const UPLOAD_BYTES = 2 ** 26

/** Rows that are worked on in one encoder, and how they come to lie in a buffer. */
export interface Piece {
  /** The buffer, filled when its turn comes: the next piece's upload overwrites it, so this one is submitted first. */
  buffer(): GPUBuffer
  rows: Rows
  firstRow: number
  batchSize: number
}

/**
 * The logits as pieces: one for a GPU buffer, as many as uploads take for host memory, where each row comes with `values` rows
 * of values.
 */
export function piecesOf(context: Context, logits: Logits, request: Request, values = 0): Piece[] {
  return isBufferLogits(logits)
    ? [bufferPiece(logits, request)]
    : hostPieces(context, hostLogits(logits), request, Math.max(1, values))
}

export function bufferPiece(logits: BufferLogits, request: Request): Piece {
  const { buffer } = logits
  requireStorage('logits.buffer', buffer)
  return {
    buffer: () => buffer,
    rows: rowsOf(logits, Math.floor(buffer.size / 4), request),
    firstRow: 0,
    batchSize: request.batchSize,
  }
}

function hostPieces(context: Context, view: HostLogits, request: Request, longest: number): Piece[] {
  const { limits } = context.device
  const { data } = view
  const { numClasses, batchSize } = request
  const { offset, rowStride } = rowsOf(view, data.length, request)
  const most = Math.floor(limits.maxBufferSize / 4)
  if (numClasses > most)
    throw new RangeError(
      `numClasses is ${numClasses}; in host memory it must be at most ${most} on this device (maxBufferSize)`,
    )
  const rowsAtOnce = Math.max(1, Math.floor(Math.min(UPLOAD_BYTES / 4, most) / (longest * numClasses)))
  const pieces: Piece[] = []
  for (let firstRow = 0; firstRow < batchSize; firstRow += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, batchSize - firstRow)
    const begin = offset + firstRow * rowStride
    const upload = () => uploadRows(context, context.upload, { data, offset: begin, rowStride }, count, numClasses)
    pieces.push({ buffer: upload, rows: { offset: 0, rowStride: numClasses }, firstRow, batchSize: count })
  }
  return pieces
}

/** A buffer that holds rows from host memory, one after another. */
function uploadRows(
  { device: { queue } }: Context,
  into: Scratch,
  { data, offset, rowStride }: Required<HostLogits>,
  count: number,
  numClasses: number,
): GPUBuffer {
  const buffer = into.atLeast(4 * count * numClasses)
  if (rowStride === numClasses) queue.writeBuffer(buffer, 0, data as BufferSource, offset, count * numClasses)
  else
    for (let r = 0; r < count; r++)
      queue.writeBuffer(buffer, 4 * r * numClasses, data as BufferSource, offset + r * rowStride, numClasses)
  return buffer
}

/**
 * A row of values for each draw, checked; the function gives those of a piece, uploaded when its turn comes.
 * Row 0 of the place is the piece's first. Values of two names in one call are uploaded `into` buffers of their own.
 */
export function valuesOf(
  context: Context,
  name: string,
  values: Values,
  pieces: readonly Piece[],
  request: Request,
  into = context.uploadValues,
): (piece: Piece) => RowsPlace {
  const { numClasses, numSamples, batchSize } = request
  const count = batchSize * numSamples
  const type = 'float32'
  if (isBufferLogits(values)) {
    const { buffer } = values
    requireStorage(`${name}.buffer`, buffer)
    const rows = rowsOf(values, Math.floor(buffer.size / 4), request, name, count)
    const rowStride = count === 1 ? numClasses : rows.rowStride
    return ({ firstRow }) => ({ buffer, type, offset: rows.offset + firstRow * numSamples * rowStride, rowStride })
  }
  const view = hostLogits(values, name)
  const { offset, rowStride } = rowsOf(view, view.data.length, request, name, count)
  const most = Math.floor(context.device.limits.maxBufferSize / 4)
  const needed = Math.max(...pieces.map((piece) => piece.batchSize)) * numSamples * numClasses
  if (needed > most)
    throw new RangeError(
      `${name} hold ${needed} elements beside logits of one buffer; in host memory it must be at most ${most} on this device (maxBufferSize)`,
    )
  return (piece) => {
    const first = { data: view.data, offset: offset + piece.firstRow * numSamples * rowStride, rowStride }
    const buffer = uploadRows(context, into, first, piece.batchSize * numSamples, numClasses)
    return { buffer, type, offset: 0, rowStride: numClasses }
  }
}

export function requireStorage(name: string, buffer: GPUBuffer): void {
  if (typeof buffer?.usage !== 'number') throw new TypeError(`${name} must be a GPUBuffer`)
  if ((buffer.usage & GPUBufferUsage.STORAGE) === 0)
    throw new TypeError(`${name} has usage ${buffer.usage}; it must include GPUBufferUsage.STORAGE (128)`)
}
