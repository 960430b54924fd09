import type { BufferLogits, HostLogits, Logits } from '../options'
import { type Request, type Rows, hostLogits, isBufferLogits, rowsOf } from '../request'
import type { Context } from './context'

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

/** The logits as pieces: one for a GPU buffer, as many as uploads take for host memory. */
export function piecesOf(context: Context, logits: Logits, request: Request): Piece[] {
  return isBufferLogits(logits) ? [bufferPiece(logits, request)] : hostPieces(context, hostLogits(logits), request)
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

function hostPieces(context: Context, view: HostLogits, request: Request): Piece[] {
  const { queue, limits } = context.device
  const { data } = view
  const { numClasses, batchSize } = request
  const { offset, rowStride } = rowsOf(view, data.length, request)
  const most = Math.floor(limits.maxBufferSize / 4)
  if (numClasses > most)
    throw new RangeError(
      `numClasses is ${numClasses}; in host memory it must be at most ${most} on this device (maxBufferSize)`,
    )
  const rowsAtOnce = Math.max(1, Math.floor(Math.min(UPLOAD_BYTES / 4, most) / numClasses))
  const pieces: Piece[] = []
  for (let firstRow = 0; firstRow < batchSize; firstRow += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, batchSize - firstRow)
    const begin = offset + firstRow * rowStride
    const upload = () => {
      const buffer = context.upload.atLeast(4 * count * numClasses)
      if (rowStride === numClasses) queue.writeBuffer(buffer, 0, data as BufferSource, begin, count * numClasses)
      else
        for (let r = 0; r < count; r++)
          queue.writeBuffer(buffer, 4 * r * numClasses, data as BufferSource, begin + r * rowStride, numClasses)
      return buffer
    }
    pieces.push({ buffer: upload, rows: { offset: 0, rowStride: numClasses }, firstRow, batchSize: count })
  }
  return pieces
}

export function requireStorage(name: string, buffer: GPUBuffer): void {
  if (typeof buffer?.usage !== 'number') throw new TypeError(`${name} must be a GPUBuffer`)
  if ((buffer.usage & GPUBufferUsage.STORAGE) === 0)
    throw new TypeError(`${name} has usage ${buffer.usage}; it must include GPUBufferUsage.STORAGE (128)`)
}
