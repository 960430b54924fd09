import { InvalidRowsError } from '../errors'
import type { EncodeGumbelSoftmaxOptions, GumbelSoftmaxCallOptions, GumbelSoftmaxResult, Logits } from '../options'
import { isBufferLogits, requestOf, sampleOutputsOf } from '../request'
import { extentOf } from '../results'
import { ALIGNMENT } from './buffers'
import type { Context } from './context'
import { type Piece, bufferPiece, piecesOf } from './inputs'
import { callersOutputs, drawCount, ownOutputs } from './outputs'
import { planGumbelSoftmax } from './plan'
import { readBack, takeStatuses } from './read_back'
import { type Drawing, requirePartials } from './record'
import { recordGumbelSoftmax } from './record_gumbel_softmax'
import { type RowsPlace, rowsPlace, rowsThatFit } from './rows'

/** Draws relaxed samples and reads them back. */
export async function gumbelSoftmax(
  context: Context,
  logits: Logits,
  options: GumbelSoftmaxCallOptions,
): Promise<GumbelSoftmaxResult> {
  const request = requestOf(options)
  const wanted = sampleOutputsOf(options)
  const pieces = piecesOf(context, logits, request)
  const count = drawCount(context, request)
  const sizes = [4 * count, wanted.logProbs ? 4 * count : 0, 4 * count * request.numClasses]
  const label = 'gumbel-webgpu gumbelSoftmax'
  const [indexBytes, logProbs, samples] = await readBack(
    context,
    label,
    pieces,
    sizes,
    extentOf(request, 'numSamples', 'numClasses'),
    (encoder, piece, results) => {
      const place = results[2]!
      record(context, encoder, piece, {
        request,
        rowParams: context.rowParamsOf(request),
        outputs: ownOutputs(results[0]!, results[1]),
        uniforms: context.uniforms,
        partials: (size) => context.partials.atLeast(size),
        hard: options.hard ?? false,
        samples: { buffer: place.buffer, type: 'float32', offset: place.offset / 4, rowStride: request.numClasses },
      })
    },
  )
  const indices = new Int32Array(indexBytes)
  const invalidRows = takeStatuses(indices, request.numSamples)
  if (invalidRows.length > 0 && !wanted.markInvalid) throw new InvalidRowsError(invalidRows)
  return {
    samples: new Float32Array(samples),
    indices,
    logProbs: wanted.logProbs ? new Float32Array(logProbs) : undefined,
    invalidRows,
  }
}

/** Records the same into the caller's encoder. */
export function encodeGumbelSoftmax(
  context: Context,
  encoder: GPUCommandEncoder,
  options: EncodeGumbelSoftmaxOptions,
): void {
  const request = requestOf(options)
  const { logits } = options
  if (!isBufferLogits(logits)) throw new TypeError('logits must be { buffer: GPUBuffer } to be recorded')
  const piece = bufferPiece(logits, request)
  const count = request.batchSize * request.numSamples
  const { place, range } = rowsPlace('samples', options.samples, count, request.numClasses, ['float32', 'float16'])
  const { indices, logProbs, statuses } = options
  const outputs = callersOutputs(context, { indices, logProbs, statuses }, request, [logits.buffer], [range])
  const drawing = { request, outputs, hard: options.hard ?? false, samples: place }
  context.recording(encoder, request, (kept) => record(context, encoder, piece, { ...drawing, ...kept }))
}

interface SoftmaxDrawing extends Drawing {
  hard: boolean
  samples: RowsPlace
}

function record(context: Context, encoder: GPUCommandEncoder, piece: Piece, drawing: SoftmaxDrawing): void {
  const { samples, request } = drawing
  const { numClasses, numSamples } = request
  const { rows, firstRow, batchSize } = piece
  const maxBindingBytes = context.device.limits.maxStorageBufferBindingSize
  const rowsAtOnce = Math.floor(rowsThatFit(samples, maxBindingBytes) / numSamples)
  if (rowsAtOnce < 1 || 4 * numClasses > maxBindingBytes - 2 * ALIGNMENT)
    throw new RangeError(
      `numClasses is ${numClasses} with numSamples ${numSamples}; logits and samples of a row must each fit ${maxBindingBytes} bytes on this device (maxStorageBufferBindingSize)`,
    )
  // Where tau is 0 for all rows, soft samples are hard ones.
  const hard = drawing.hard || (!request.rowParams && request.tau === 0)
  const plan = planGumbelSoftmax(
    { batchSize, numClasses, numSamples, rows, maxBindingBytes, wide: context.wide },
    hard,
    rowsAtOnce,
  )
  requirePartials(context, plan, request)
  const logits = piece.buffer()
  const pass = encoder.beginComputePass({ label: 'gumbel-webgpu gumbelSoftmax' })
  recordGumbelSoftmax({ ...drawing, hard, context, pass, plan, firstRow, logits })
  pass.end()
}
