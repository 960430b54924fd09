import { InvalidRowsError, invalidRowsOf } from '../errors'
import type { BufferLogits, EncodeSampleOptions, Logits, OutputView, SampleCallOptions, SampleResult } from '../options'
import {
  type Request,
  type Rows,
  hostLogits,
  isBufferLogits,
  oneOf,
  requestOf,
  rowsOf,
  sampleOutputsOf,
} from '../request'
import { ALIGNMENT, type UniformSlots } from './buffers'
import type { Context } from './context'
import { OUTPUT_LOG_PROBS, OUTPUT_SCORES, OUTPUT_STATUSES, OUTPUT_STATUS_IN_INDEX } from './params'
import { planSample } from './plan'
import { type SampleOutputs, recordSample } from './record_sample'

/** Host logits are uploaded and drawn from in pieces of about this many bytes. */
const UPLOAD_BYTES = 2 ** 26

/** Draws and reads back what was asked for. Everything is submitted before the promise is returned. */
export async function sample(context: Context, logits: Logits, options: SampleCallOptions): Promise<SampleResult> {
  const { device, staging } = context
  const request = requestOf(options)
  const wanted = sampleOutputsOf(options)
  const pieces = isBufferLogits(logits) ? bufferPiece(logits, request) : hostPieces(context, logits, request)
  const count = drawCount(context, request, 1)
  const bytes = 4 * count
  const section = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
  const places = [0, ...(wanted.logProbs ? [1] : []), ...(wanted.scores ? [2] : [])]

  const copy = await context.guarded(() => {
    const results = context.results.atLeast(3 * section)
    const bound = (place: number) =>
      places.includes(place) ? { buffer: results, offset: place * section, size: bytes } : context.unusedOutput(place)
    const outputs: SampleOutputs = {
      indices: bound(0),
      logProbs: bound(1),
      scores: bound(2),
      statuses: context.unusedOutput(3),
      params: {
        outputs:
          OUTPUT_STATUS_IN_INDEX | (wanted.logProbs ? OUTPUT_LOG_PROBS : 0) | (wanted.scores ? OUTPUT_SCORES : 0),
        indexWords: 1,
        indexOffset: 0,
        logProbOffset: 0,
        scoreOffset: 0,
        statusOffset: 0,
      },
    }
    context.uniforms.rewind()
    const rowParams = context.rowParamsOf(request)
    let encoder = device.createCommandEncoder({ label: 'gumbel-webgpu sample' })
    pieces.forEach((piece, i) => {
      // The next upload overwrites this piece's logits, so what reads them is submitted first.
      if (i > 0) {
        device.queue.submit([encoder.finish()])
        encoder = device.createCommandEncoder({ label: 'gumbel-webgpu sample' })
      }
      record(context, encoder, piece, {
        request,
        outputs,
        rowParams,
        uniforms: context.uniforms,
        partials: (size) => context.partials.atLeast(size),
      })
    })
    const buffer = staging.take(places.length * bytes)
    places.forEach((place, i) => encoder.copyBufferToBuffer(results, place * section, buffer, i * bytes, bytes))
    device.queue.submit([encoder.finish()])
    return staging.read(buffer, places.length * bytes)
  })

  const indices = new Int32Array(copy, 0, count)
  const invalidRows = takeStatuses(indices, request.numSamples)
  if (invalidRows.length > 0 && !wanted.markInvalid) throw new InvalidRowsError(invalidRows)
  const floats = (place: number) =>
    places.includes(place) ? new Float32Array(copy, places.indexOf(place) * bytes, count) : undefined
  return { indices, logProbs: floats(1), scores: floats(2), invalidRows }
}

/** Records a draw into the caller's encoder. */
export function encodeSample(context: Context, encoder: GPUCommandEncoder, options: EncodeSampleOptions): void {
  const request = requestOf(options)
  const { logits, indices } = options
  if (!isBufferLogits(logits)) throw new TypeError('logits must be { buffer: GPUBuffer } to be recorded')
  const pieces = bufferPiece(logits, request)
  const indexWords = oneOf('indices.type', indices?.type ?? 'int32', ['int32', 'int64']) === 'int64' ? 2 : 1
  const count = drawCount(context, request, indexWords)
  const views: [string, OutputView | undefined, number][] = [
    ['indices', indices, count * indexWords],
    ['logProbs', options.logProbs, count],
    ['scores', options.scores, count],
    ['statuses', options.statuses, count],
  ]
  if (!indices) throw new TypeError(`indices is ${indices}; it must be { buffer: GPUBuffer }`)
  const asked = views.map(([name, view, length]) => view && outputBinding(name, view, length, logits.buffer))
  refuseOverlap(asked.filter((output) => output !== undefined))
  const bound = asked.map((output, place) => output ?? { binding: context.unusedOutput(place), offset: 0 })
  const rowParams = request.rowParams
    ? { buffer: filledBuffer(context.device, request.rowParams.words) }
    : context.unusedInput
  const [index, logProb, score, status] = bound
  record(context, encoder, pieces[0], {
    request,
    outputs: {
      indices: index.binding,
      logProbs: logProb.binding,
      scores: score.binding,
      statuses: status.binding,
      params: {
        outputs:
          (options.logProbs ? OUTPUT_LOG_PROBS : 0) |
          (options.scores ? OUTPUT_SCORES : 0) |
          (options.statuses ? OUTPUT_STATUSES : 0),
        indexWords,
        indexOffset: index.offset,
        logProbOffset: logProb.offset,
        scoreOffset: score.offset,
        statusOffset: status.offset,
      },
    },
    rowParams,
    uniforms: context.recordedUniforms,
    partials: (size) => context.recordedPartials(size),
  })
}

/** Rows of logits that are drawn from in one encoder, and how they come to lie in the buffer. */
interface Piece {
  buffer(): GPUBuffer
  rows: Rows
  firstRow: number
  batchSize: number
}

interface Drawing {
  request: Request
  outputs: SampleOutputs
  rowParams: GPUBufferBinding
  uniforms: UniformSlots
  partials(bytes: number): GPUBuffer
}

function record(context: Context, encoder: GPUCommandEncoder, piece: Piece, drawing: Drawing): void {
  const { device } = context
  const { numClasses, numSamples } = drawing.request
  const { rows, firstRow, batchSize } = piece
  const { maxStorageBufferBindingSize } = device.limits
  const plan = planSample({ batchSize, numClasses, numSamples, rows, maxBindingBytes: maxStorageBufferBindingSize })
  const logits = piece.buffer()
  const pass = encoder.beginComputePass({ label: 'gumbel-webgpu sample' })
  recordSample({ device, pass, plan, firstRow, logits, subgroups: context.subgroups, ...drawing })
  pass.end()
}

function bufferPiece(logits: BufferLogits, request: Request): [Piece] {
  const { buffer } = logits
  requireStorage('logits.buffer', buffer)
  const rows = rowsOf(logits, Math.floor(buffer.size / 4), request)
  return [{ buffer: () => buffer, rows, firstRow: 0, batchSize: request.batchSize }]
}

/** Host logits in pieces of whole rows, each packed into the upload buffer when its turn comes. */
function hostPieces(context: Context, logits: Exclude<Logits, BufferLogits>, request: Request): Piece[] {
  const { device } = context
  const view = hostLogits(logits)
  const { data } = view
  const { numClasses, batchSize } = request
  const { offset, rowStride } = rowsOf(view, data.length, request)
  const { maxBufferSize } = device.limits
  if (4 * numClasses > maxBufferSize)
    throw new RangeError(
      `numClasses is ${numClasses}; a row in host memory must be at most ${maxBufferSize / 4} classes on this device (maxBufferSize)`,
    )
  const rowsAtOnce = Math.max(1, Math.floor(Math.min(UPLOAD_BYTES, maxBufferSize) / (4 * numClasses)))
  const pieces: Piece[] = []
  for (let firstRow = 0; firstRow < batchSize; firstRow += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, batchSize - firstRow)
    const upload = () => {
      const buffer = context.upload.atLeast(4 * count * numClasses)
      if (rowStride === numClasses)
        device.queue.writeBuffer(buffer, 0, data, offset + firstRow * numClasses, count * numClasses)
      else
        for (let r = 0; r < count; r++)
          device.queue.writeBuffer(buffer, 4 * r * numClasses, data, offset + (firstRow + r) * rowStride, numClasses)
      return buffer
    }
    pieces.push({ buffer: upload, rows: { offset: 0, rowStride: numClasses }, firstRow, batchSize: count })
  }
  return pieces
}

/** Draws of a call, refused where their results do not fit one binding. */
function drawCount({ device }: Context, request: Request, indexWords: number): number {
  const { batchSize, numSamples } = request
  const most = Math.floor(device.limits.maxStorageBufferBindingSize / (4 * indexWords))
  if (batchSize * numSamples > most)
    throw new RangeError(
      `batchSize * numSamples is ${batchSize * numSamples}; it must be at most ${most} on this device (maxStorageBufferBindingSize)`,
    )
  return batchSize * numSamples
}

function filledBuffer(device: GPUDevice, words: Uint32Array): GPUBuffer {
  const buffer = device.createBuffer({
    label: 'gumbel-webgpu recorded row params',
    size: words.byteLength,
    usage: GPUBufferUsage.STORAGE,
    mappedAtCreation: true,
  })
  new Uint32Array(buffer.getMappedRange()).set(words)
  buffer.unmap()
  return buffer
}

function requireStorage(name: string, buffer: GPUBuffer): void {
  if (typeof buffer?.usage !== 'number') throw new TypeError(`${name} must be a GPUBuffer`)
  if ((buffer.usage & GPUBufferUsage.STORAGE) === 0)
    throw new TypeError(`${name} has usage ${buffer.usage}; it must include GPUBufferUsage.STORAGE (128)`)
}

interface OutputBinding {
  name: string
  binding: { buffer: GPUBuffer; offset: number; size: number }
  /** Elements of the binding before the results. */
  offset: number
}

function outputBinding(name: string, view: OutputView, length: number, logits: GPUBuffer): OutputBinding {
  const { buffer, offset = 0 } = view
  requireStorage(`${name}.buffer`, buffer)
  if (buffer === logits) throw new TypeError(`${name}.buffer is the logits' buffer; it must be another`)
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new RangeError(`${name}.offset is ${offset}; it must be a whole number of elements, 0 or more`)
  if (4 * (offset + length) > buffer.size)
    throw new RangeError(
      `${name}.buffer has ${buffer.size} bytes; offset ${offset} and ${length} words need ${4 * (offset + length)}`,
    )
  const begin = Math.floor((4 * offset) / ALIGNMENT) * ALIGNMENT
  return { name, binding: { buffer, offset: begin, size: 4 * (offset + length) - begin }, offset: offset - begin / 4 }
}

/** WebGPU refuses outputs whose bindings overlap, and bindings begin at multiples of 256 bytes. */
function refuseOverlap(outputs: OutputBinding[]): void {
  outputs.forEach((one, i) => {
    const a = one.binding
    for (const { name, binding: b } of outputs.slice(0, i))
      if (a.buffer === b.buffer && a.offset < b.offset + b.size && b.offset < a.offset + a.size)
        throw new RangeError(
          `${one.name} and ${name} share 256-byte blocks of one buffer; put them in blocks or buffers of their own`,
        )
  })
}

/** Rows without a distribution, whose indices hold minus their status, which becomes -1. */
function takeStatuses(indices: Int32Array, numSamples: number) {
  let statuses: Uint32Array | undefined
  for (let i = 0; i < indices.length; i++) {
    if (indices[i] >= 0) continue
    statuses ??= new Uint32Array(indices.length)
    statuses[i] = -indices[i]
    indices[i] = -1
  }
  return statuses ? invalidRowsOf(statuses, numSamples) : []
}
