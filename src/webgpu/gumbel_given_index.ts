import { InvalidRowsError, invalidRowsOf } from '../errors'
import type {
  EncodeGumbelGivenIndexOptions,
  GumbelGivenIndexCallOptions,
  GumbelGivenIndexResult,
  Indices,
  Logits,
} from '../options'
import { hostIndices, isBufferLogits, isBufferIndices, marksInvalid, requestOf, requireRelaxed } from '../request'
import { extentOf } from '../results'
import { ALIGNMENT } from './buffers'
import type { Context } from './context'
import { type Piece, bufferPiece, piecesOf } from './inputs'
import { type Outputs, callersOutputs, drawCount, wordsOf } from './outputs'
import { planRows } from './plan'
import { readBack } from './read_back'
import { type Drawing, bound, constantsOf, dispatch, logitsOf, outputModules, reduceModule } from './record'
import { type RowsPlace, bindRows, isAligned, rowsPlace, rowsThatFit } from './rows'
import { modulesOf } from './shader'

/** Draws noise given the classes that win, and reads it back. */
export async function gumbelGivenIndex(
  context: Context,
  logits: Logits,
  indices: Indices,
  options: GumbelGivenIndexCallOptions,
): Promise<GumbelGivenIndexResult> {
  const request = requestOf(options)
  requireRelaxed(options)
  const markInvalid = marksInvalid(options)
  const { numClasses, numSamples } = request
  const count = drawCount(context, request)
  const pieces = piecesOf(context, logits, request, numSamples)
  const given = isBufferIndices(indices)
    ? indicesIn(indices, count)
    : uploadIndices(context, hostIndices(indices, request))
  const sizes = [4 * count, 4 * count * numClasses]
  const label = 'gumbel-webgpu gumbelGivenIndex'
  const [statuses, noise] = await readBack(
    context,
    label,
    pieces,
    sizes,
    extentOf(request, 'numSamples', 'numClasses'),
    (encoder, piece, results) => {
      const outputs = callersOutputs(context, {}, request, [])
      const { buffer, offset } = results[1]!
      record(context, encoder, piece, {
        request,
        rowParams: context.rowParamsOf(request),
        outputs: { ...outputs, statuses: results[0]! },
        uniforms: context.uniforms,
        partials: (size) => context.partials.atLeast(size),
        given,
        noise: { buffer, type: 'float32', offset: offset / 4, rowStride: numClasses },
      })
    },
  )
  const invalidRows = invalidRowsOf(new Uint32Array(statuses), numSamples)
  if (invalidRows.length > 0 && !markInvalid) throw new InvalidRowsError(invalidRows)
  return { noise: new Float32Array(noise), invalidRows }
}

/** Records the same into the caller's encoder. */
export function encodeGumbelGivenIndex(
  context: Context,
  encoder: GPUCommandEncoder,
  options: EncodeGumbelGivenIndexOptions,
): void {
  const request = requestOf(options)
  requireRelaxed(options)
  const { logits, indices, statuses } = options
  if (!isBufferLogits(logits)) throw new TypeError('logits must be { buffer: GPUBuffer } to be recorded')
  if (!isBufferIndices(indices)) throw new TypeError('indices must be { buffer: GPUBuffer } to be recorded')
  const count = drawCount(context, request)
  const given = indicesIn(indices, count)
  const { place, range } = rowsPlace('noise', options.noise, count, request.numClasses, ['float32'])
  const outputs: Outputs = callersOutputs(context, { statuses }, request, [logits.buffer, indices.buffer], [range])
  const piece = bufferPiece(logits, request)
  const drawing = { request, outputs, given, noise: place }
  context.recording(encoder, request, (kept) => record(context, encoder, piece, { ...drawing, ...kept }))
}

/** The binding with the class of each draw of the batch, and the word of it at which they begin. */
interface Given {
  range: GPUBufferBinding
  first: number
}

function indicesIn(view: { buffer: GPUBuffer; offset?: number }, count: number): Given {
  return wordsOf('indices', view, count)!
}

function uploadIndices(context: Context, indices: Int32Array): Given {
  const buffer = context.uploadValues.atLeast(indices.byteLength)
  context.device.queue.writeBuffer(buffer, 0, indices as BufferSource)
  return { range: { buffer, size: indices.byteLength }, first: 0 }
}

interface GivenDrawing extends Drawing {
  given: Given
  noise: RowsPlace
}

function record(context: Context, encoder: GPUCommandEncoder, piece: Piece, drawing: GivenDrawing): void {
  const { noise, given, request, outputs } = drawing
  const { numClasses, numSamples } = request
  const { rows, firstRow, batchSize } = piece
  const maxBindingBytes = context.device.limits.maxStorageBufferBindingSize
  const rowsAtOnce = Math.floor(rowsThatFit(noise, maxBindingBytes) / numSamples)
  if (rowsAtOnce < 1 || 4 * numClasses > maxBindingBytes - 2 * ALIGNMENT)
    throw new RangeError(
      `numClasses is ${numClasses} with numSamples ${numSamples}; logits and noise of a row must each fit ${maxBindingBytes} bytes on this device (maxStorageBufferBindingSize)`,
    )
  const plan = planRows({ batchSize, numClasses, numSamples, rows, maxBindingBytes, wide: context.wide }, rowsAtOnce)
  const logits = piece.buffer()
  const pass = encoder.beginComputePass({ label: 'gumbel-webgpu gumbelGivenIndex' })
  const recording = { ...drawing, context, pass, plan, firstRow, logits }
  for (const slice of plan.slices) {
    const draws = slice.rows * numSamples
    const written = bindRows(noise, (firstRow + slice.firstRow) * numSamples, draws, numClasses)
    dispatch(
      recording,
      {
        name: 'gumbel_given_index/given_noise',
        modules: {
          ...modulesOf({
            logits: plan.logits,
            reduce: reduceModule(context, plan.lanes),
            rowsOut: isAligned(noise, numClasses) ? 'rows_out_f32x4' : 'rows_out_f32',
          }),
          ...outputModules(outputs),
        },
        constants: { ...constantsOf(recording), LANES: plan.lanes, LOG_PROBS: 1 },
      },
      slice,
      Math.ceil((draws * plan.lanes) / 64),
      [
        logitsOf(recording, slice),
        ['given_indices', given.range],
        ['rows_out', written.binding],
        ...bound([['statuses', outputs.statuses]]),
      ],
      { indexOffset: given.first, rowsOutOffset: written.offset, rowsOutStride: noise.rowStride },
    )
  }
  pass.end()
}
