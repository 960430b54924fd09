import type { NoiseKind } from '../options'
import type { Request } from '../request'
import { extentOf, resultsOf } from '../results'
import type { Context } from './context'
import { NO_PARAMS, PARAMS_BYTES, writeParams } from './params'
import { workgroups } from './plan'
import { bound } from './record'
import { ROW_SETTINGS_BUFFER, pipelineOf, setKernel } from './shader'

/** Values of KIND in `shaders/noise/generate.wgsl`. */
const KINDS: Record<NoiseKind, number> = { bits: 0, uniform: 1, exponential: 2, gumbel: 3 }
/** Noise is made and read back in pieces of about this many bytes. */
const PIECE_BYTES = 2 ** 25

interface Piece {
  firstRow: number
  rows: number
  firstClass: number
  classes: number
}

/** Noise of every class of every row. */
export async function generateNoise(
  context: Context,
  kind: NoiseKind,
  request: Request,
): Promise<Uint32Array | Float32Array> {
  const { numClasses } = request
  const out = resultsOf<Uint32Array<ArrayBuffer>>(Uint32Array, extentOf(request, 'numClasses'))
  for (const piece of pieces(request)) {
    const part = await generatePiece(context, kind, request, piece)
    for (let r = 0; r < piece.rows; r++)
      out.set(
        part.subarray(r * piece.classes, (r + 1) * piece.classes),
        (piece.firstRow + r) * numClasses + piece.firstClass,
      )
  }
  return kind === 'bits' ? out : new Float32Array(out.buffer)
}

function* pieces({ batchSize, numClasses }: Request): Generator<Piece> {
  const classesAtOnce = Math.min(numClasses, PIECE_BYTES / 4)
  const rowsAtOnce = Math.max(1, Math.floor(PIECE_BYTES / (4 * classesAtOnce)))
  for (let firstRow = 0; firstRow < batchSize; firstRow += rowsAtOnce)
    for (let firstClass = 0; firstClass < numClasses; firstClass += classesAtOnce)
      yield {
        firstRow,
        rows: Math.min(rowsAtOnce, batchSize - firstRow),
        firstClass,
        classes: Math.min(classesAtOnce, numClasses - firstClass),
      }
}

async function generatePiece(context: Context, kind: NoiseKind, request: Request, piece: Piece): Promise<Uint32Array> {
  const { device, staging, uniforms } = context
  const bytes = 4 * piece.rows * piece.classes
  const copy = await context.guarded(() => {
    const kernel = {
      name: 'noise/generate',
      modules: request.rowParams ? ROW_SETTINGS_BUFFER : {},
      constants: { KIND: KINDS[kind], EXTENDED: Number(request.extended) },
    }
    const results = context.results.atLeast(bytes)
    uniforms.rewind()
    const uniform = uniforms.bind(PARAMS_BYTES, (into) =>
      writeParams(into, 0, {
        ...NO_PARAMS,
        rows: piece.rows,
        firstRow: piece.firstRow,
        classes: piece.classes,
        classOffset: request.classOffset + piece.firstClass,
        step: request.step,
        seedLow: request.seedLow,
        seedHigh: request.seedHigh,
        stream: request.stream,
        streamStride: request.streamStride,
      }),
    )
    const rowParams = context.rowParamsOf(request)
    const bindings = bound([
      ['params', uniform],
      ['row_settings', rowParams],
      ['noise', { buffer: results, size: bytes }],
    ])
    const encoder = device.createCommandEncoder({ label: 'gumbel-webgpu noise' })
    const pass = encoder.beginComputePass({ label: 'gumbel-webgpu noise' })
    setKernel(device, pass, kernel, pipelineOf(device, kernel), bindings)
    pass.dispatchWorkgroups(...workgroups(Math.ceil((piece.rows * Math.ceil(piece.classes / 8)) / 64)))
    pass.end()
    const buffer = staging.take(bytes)
    encoder.copyBufferToBuffer(results, 0, buffer, 0, bytes)
    device.queue.submit([encoder.finish()])
    return staging.read(buffer, bytes)
  })
  return new Uint32Array(copy)
}
