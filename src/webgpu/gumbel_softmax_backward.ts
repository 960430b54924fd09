import { InvalidRowsError, invalidRowsOf } from '../errors'
import type {
  EncodeGumbelSoftmaxBackwardOptions,
  GumbelSoftmaxBackwardCallOptions,
  GumbelSoftmaxBackwardResult,
  Logits,
  Values,
} from '../options'
import { isBufferLogits, marksInvalid, requestOf, requireRelaxed, requireSoftSamples } from '../request'
import { extentOf } from '../results'
import { ALIGNMENT } from './buffers'
import type { Context } from './context'
import { type Piece, bufferPiece, piecesOf, valuesOf } from './inputs'
import { type Bound, callersOutputs, drawCount, wordsOf } from './outputs'
import { planGumbelSoftmax, planRows } from './plan'
import { readBack } from './read_back'
import type { Drawing } from './record'
import { type WordsPlace, recordGumbelSoftmaxBackward } from './record_gumbel_softmax_backward'
import { type RowsPlace, rowsPlace, rowsThatFit } from './rows'

/** Gradients, read back. */
export async function gumbelSoftmaxBackward(
  context: Context,
  gradSamples: Values,
  logits: Logits,
  options: GumbelSoftmaxBackwardCallOptions,
): Promise<GumbelSoftmaxBackwardResult> {
  const request = requestOf(options)
  requireRelaxed(options)
  requireSoftSamples(options)
  const markInvalid = marksInvalid(options)
  const { numClasses } = request
  const pieces = piecesOf(context, logits, request, request.numSamples)
  const valuesFor = valuesOf(context, 'gradSamples', gradSamples, pieces, request)
  const samplesFor =
    options.samples && valuesOf(context, 'samples', options.samples, pieces, request, context.uploadSamples)
  const words = 4 * drawCount(context, { ...request, numSamples: 1 })
  const sizes = [words, options.gradTau ? words : 0, options.gradTemperature ? words : 0, words * numClasses]
  const label = 'gumbel-webgpu gumbelSoftmaxBackward'
  const place = (range: Bound | undefined) => range && { range, first: 0 }
  const [statuses, gradTau, gradTemperature, gradLogits] = await readBack(
    context,
    label,
    pieces,
    sizes,
    extentOf(request, 'numClasses'),
    (encoder, piece, results) => {
      const { buffer, offset } = results[3]!
      const outputs = callersOutputs(context, {}, { ...request, numSamples: 1 }, [])
      record(context, encoder, piece, {
        request,
        rowParams: context.rowParamsOf(request),
        outputs: { ...outputs, statuses: results[0]! },
        uniforms: context.uniforms,
        partials: (size) => context.partials.atLeast(size),
        gradSamples: valuesFor(piece),
        samples: samplesFor?.(piece),
        gradLogits: { buffer, type: 'float32', offset: offset / 4, rowStride: numClasses },
        gradTau: place(results[1]),
        gradTemperature: place(results[2]),
      })
    },
  )
  const invalidRows = invalidRowsOf(new Uint32Array(statuses), 1)
  if (invalidRows.length > 0 && !markInvalid) throw new InvalidRowsError(invalidRows)
  return {
    gradLogits: new Float32Array(gradLogits),
    gradTau: options.gradTau ? new Float32Array(gradTau) : undefined,
    gradTemperature: options.gradTemperature ? new Float32Array(gradTemperature) : undefined,
    invalidRows,
  }
}

/** Records the same into the caller's encoder. */
export function encodeGumbelSoftmaxBackward(
  context: Context,
  encoder: GPUCommandEncoder,
  options: EncodeGumbelSoftmaxBackwardOptions,
): void {
  const request = requestOf(options)
  requireRelaxed(options)
  requireSoftSamples(options)
  const { logits, gradSamples, samples, statuses } = options
  const { batchSize, numClasses } = request
  if (!isBufferLogits(logits)) throw new TypeError('logits must be { buffer: GPUBuffer } to be recorded')
  if (!isBufferLogits(gradSamples)) throw new TypeError('gradSamples must be { buffer: GPUBuffer } to be recorded')
  if (samples && !isBufferLogits(samples)) throw new TypeError('samples must be { buffer: GPUBuffer } to be recorded')
  const piece = bufferPiece(logits, request)
  const valuesFor = valuesOf(context, 'gradSamples', gradSamples, [piece], request)
  const samplesFor = samples && valuesOf(context, 'samples', samples, [piece], request)
  const { place, range } = rowsPlace('gradLogits', options.gradLogits, batchSize, numClasses, ['float32'])
  const gradTau = wordsOf('gradTau', options.gradTau, batchSize)
  const gradTemperature = wordsOf('gradTemperature', options.gradTemperature, batchSize)
  const written = [range, ...(gradTau ? [gradTau.range] : []), ...(gradTemperature ? [gradTemperature.range] : [])]
  const read = [logits.buffer, gradSamples.buffer, ...(samples ? [samples.buffer] : [])]
  const drawing = {
    request,
    outputs: callersOutputs(context, { statuses }, { ...request, numSamples: 1 }, read, written),
    gradSamples: valuesFor(piece),
    samples: samplesFor?.(piece),
    gradLogits: place,
    gradTau,
    gradTemperature,
  }
  context.recording(encoder, request, (kept) => record(context, encoder, piece, { ...drawing, ...kept }))
}

interface BackwardDrawing extends Drawing {
  gradSamples: RowsPlace
  samples?: RowsPlace
  gradLogits: RowsPlace
  gradTau?: WordsPlace
  gradTemperature?: WordsPlace
}

function record(context: Context, encoder: GPUCommandEncoder, piece: Piece, drawing: BackwardDrawing): void {
  const { gradSamples, samples = gradSamples, gradLogits, request } = drawing
  const { numClasses, numSamples } = request
  const { rows, firstRow, batchSize } = piece
  const maxBindingBytes = context.device.limits.maxStorageBufferBindingSize
  const rowsAtOnce = Math.min(
    ...[gradSamples, samples].map((place) => Math.floor(rowsThatFit(place, maxBindingBytes) / numSamples)),
    rowsThatFit(gradLogits, maxBindingBytes),
  )
  if (rowsAtOnce < 1 || 4 * numClasses > maxBindingBytes - 2 * ALIGNMENT)
    throw new RangeError(
      `numClasses is ${numClasses} with numSamples ${numSamples}; logits, gradSamples and samples of a row must each fit ${maxBindingBytes} bytes on this device (maxStorageBufferBindingSize)`,
    )
  const shape = { batchSize, numClasses, numSamples, rows, maxBindingBytes, wide: context.wide }
  const plan = drawing.samples
    ? { ...planRows(shape, rowsAtOnce), heldFours: 0 }
    : planGumbelSoftmax(shape, false, rowsAtOnce)
  const logits = piece.buffer()
  const pass = encoder.beginComputePass({ label: 'gumbel-webgpu gumbelSoftmaxBackward' })
  recordGumbelSoftmaxBackward({ ...drawing, context, pass, plan, firstRow, logits })
  pass.end()
}
