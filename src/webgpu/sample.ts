import { InvalidRowsError } from '../errors'
import type { EncodeSampleOptions, Logits, SampleCallOptions, SampleResult } from '../options'
import { isBufferLogits, requestOf, sampleOutputsOf } from '../request'
import { extentOf } from '../results'
import type { Context } from './context'
import { type Piece, bufferPiece, piecesOf } from './inputs'
import { callersOutputs, drawCount, ownOutputs } from './outputs'
import { planSample } from './plan'
import { readBack, takeStatuses } from './read_back'
import { type Drawing, requirePartials } from './record'
import { recordSample } from './record_sample'

/** Draws and reads back what was asked for. */
export async function sample(context: Context, logits: Logits, options: SampleCallOptions): Promise<SampleResult> {
  const request = requestOf(options)
  const wanted = sampleOutputsOf(options)
  const pieces = piecesOf(context, logits, request)
  const bytes = 4 * drawCount(context, request)
  const sizes = [bytes, wanted.logProbs ? bytes : 0, wanted.scores ? bytes : 0]
  const [indexBytes, logProbs, scores] = await readBack(
    context,
    'gumbel-webgpu sample',
    pieces,
    sizes,
    extentOf(request, 'numSamples'),
    (encoder, piece, results) =>
      record(context, encoder, piece, {
        request,
        rowParams: context.rowParamsOf(request),
        outputs: ownOutputs(results[0]!, results[1], results[2]),
        uniforms: context.uniforms,
        partials: (size) => context.partials.atLeast(size),
      }),
  )
  const indices = new Int32Array(indexBytes)
  const invalidRows = takeStatuses(indices, request.numSamples)
  if (invalidRows.length > 0 && !wanted.markInvalid) throw new InvalidRowsError(invalidRows)
  return {
    indices,
    logProbs: wanted.logProbs ? new Float32Array(logProbs) : undefined,
    scores: wanted.scores ? new Float32Array(scores) : undefined,
    invalidRows,
  }
}

/** Records a draw into the caller's encoder. */
export function encodeSample(context: Context, encoder: GPUCommandEncoder, options: EncodeSampleOptions): void {
  const request = requestOf(options)
  const { logits, indices } = options
  if (!isBufferLogits(logits)) throw new TypeError('logits must be { buffer: GPUBuffer } to be recorded')
  if (!indices) throw new TypeError(`indices is ${indices}; it must be { buffer: GPUBuffer }`)
  const piece = bufferPiece(logits, request)
  const outputs = callersOutputs(context, options, request, [logits.buffer])
  context.recording(encoder, request, (kept) => record(context, encoder, piece, { request, outputs, ...kept }))
}

function record(context: Context, encoder: GPUCommandEncoder, piece: Piece, drawing: Drawing): void {
  const { numClasses, numSamples } = drawing.request
  const { rows, firstRow, batchSize } = piece
  const maxBindingBytes = context.device.limits.maxStorageBufferBindingSize
  const plan = planSample({ batchSize, numClasses, numSamples, rows, maxBindingBytes, wide: context.wide })
  requirePartials(context, plan, drawing.request)
  const logits = piece.buffer()
  const pass = encoder.beginComputePass({ label: 'gumbel-webgpu sample' })
  recordSample({ ...drawing, context, pass, plan, firstRow, logits })
  pass.end()
}
