/** Calls that read their results back. */

import { invalidStatusesOf } from '../errors'
import { packedBytes, uploadRows } from '../host_rows'
import { type Call, type Request, type Results, resultGeometry } from '../operation'
import { arraysOf, extentOf } from '../results'
import { type RowSettingsTable, SETTINGS_WORDS, type Settings } from '../settings'
import { ALIGNMENT, type Geometry, type HostView, type View, distinct, from } from '../view'
import { type Context, settingsThatFit } from './context'
import { encodeDispatches } from './encode'
import type { Kernel } from './kernel'
import type { Dispatch, Plan } from './plan'

/** Host arrays are uploaded, and results read back, in pieces of about this many bytes. */
const PIECE_BYTES = 2 ** 26

/** Rows of a call that are worked on together: uploaded before, read back after. */
interface Piece {
  firstRow: number
  rows: number
  request: Request
  /** In host memory, to be uploaded. */
  uploads: HostView[]
  plan: Plan
}

/** Where the results of a piece lie in one buffer. */
interface Place {
  name: string
  /** In bytes. */
  offset: number
  size: number
  /** Elements of the call's result before these. */
  first: number
}

/**
 * Makes a checked call. All its work is submitted before the promise is returned.
 * @throws RangeError naming what does not fit this device; DeviceError
 */
export async function run(context: Context, call: Call): Promise<Results> {
  const results = arraysOf(call)
  const pieces = piecesOf(context, call)
  if (pieces.length > 0)
    await context.guarded(async () => {
      const buffers = buffersOf(context, call, pieces)
      await Promise.all(pieces.map((piece) => submitPiece(context, call, piece, buffers, results)))
    })
  const { operation, request } = call
  if (operation.read) return operation.read(request, results)
  const { indices } = results
  // Where statuses are not results of their own, an index that would be -1 is minus the status.
  const statuses = !results.statuses && indices ? invalidStatusesOf(indices as Int32Array<ArrayBuffer>) : undefined
  return statuses ? { ...results, statuses } : results
}

/** Stands for the rows of inputs in host memory, which plans do not look at. */
const NO_DATA = new Float32Array(0)

/**
 * The kernels of a call whose inputs lie in buffers, or are the same rows in host memory, which are worked on in smaller pieces.
 * @throws RangeError naming what does not fit this device
 */
export function kernelsOf(context: Context, call: Call): Kernel[] {
  const pieces = piecesOf(context, call)
  const inputs: Call['inputs'] = {}
  for (const [name, { buffer: _, ...view }] of Object.entries(call.inputs)) inputs[name] = { ...view, data: NO_DATA }
  try {
    pieces.push(...piecesOf(context, { ...call, inputs }))
  } catch (error) {
    // Rows that fit no buffer of ours may fit the caller's.
    if (!(error instanceof RangeError)) throw error
  }
  return pieces.flatMap(({ plan }) => plan.dispatches.map(({ kernel }) => kernel))
}

function piecesOf({ device, limits }: Context, call: Call): Piece[] {
  const { operation, request, inputs } = call
  const { batchSize } = request
  const rowsAtOnce = Math.min(
    uploadRowsAtOnce(device, call),
    resultRowsAtOnce(device, call),
    request.settings.rows ? settingsThatFit(limits) : batchSize,
  )
  const pieces: Piece[] = []
  for (let firstRow = 0; firstRow < batchSize; firstRow += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, batchSize - firstRow)
    const settings = settingsFrom(request.settings, firstRow, rows)
    const own = { ...request, batchSize: rows, settings }
    const views: Record<string, Geometry> = {}
    const uploads: HostView[] = []
    for (const [name, view] of Object.entries(inputs)) {
      const perRow = view.per === 'row' ? 1 : request.numSamples
      const part = from(view, firstRow * perRow, rows * perRow)
      views[name] = part
      if (!isHost(part)) continue
      const upload = distinct(part)
      uploads.push(upload)
      views[name] = { ...part, offset: 0, rowStride: upload === part ? part.columns : 0 }
    }
    for (const { name, offset } of placesOf(call, firstRow, rows)) {
      const output = operation.outputs.find((each) => each.name === name)!
      const geometry = resultGeometry(output, own)
      views[name] = { ...geometry, offset: offset / 4 }
    }
    const plan = operation.plan({ request: own, views, readBack: true, limits })
    pieces.push({ firstRow, rows, request: own, uploads, plan })
  }
  return pieces
}

function isHost(view: View): view is HostView {
  return view.data !== undefined
}

/** Bytes of a row of the batch in an input or output. */
function bytesOfRow(
  { per, columns, type }: Pick<Geometry, 'per' | 'columns' | 'type'>,
  { numSamples }: Request,
): number {
  return packedBytes({ rows: per === 'row' ? 1 : numSamples, columns, type })
}

function uploadRowsAtOnce(device: GPUDevice, { request, inputs }: Call): number {
  const most = device.limits.maxBufferSize
  let longest = 0
  for (const view of Object.values(inputs)) {
    if (!isHost(view)) continue
    const bytes = bytesOfRow(view, request)
    // One row for all is uploaded once, however many rows there are.
    if (view.rowStride > 0) longest = Math.max(longest, bytes)
    if (bytes <= most) continue
    throw new RangeError(
      view.per === 'row' && view.columns === request.numClasses
        ? `numClasses is ${view.columns}; in host memory it must be at most ${Math.floor((most / bytes) * view.columns)} on this device (maxBufferSize)`
        : `${view.name} hold ${bytes / 4} elements for each row; in host memory it must be at most ${Math.floor(most / 4)} on this device (maxBufferSize)`,
    )
  }
  return longest === 0 ? request.batchSize : Math.max(1, Math.floor(Math.min(PIECE_BYTES, most) / longest))
}

function resultRowsAtOnce(device: GPUDevice, { operation, request, wanted }: Call): number {
  const outputs = operation.outputs.filter(({ name }) => wanted.has(name))
  const geometries = outputs.map((output) => resultGeometry(output, request))
  const bytes = geometries.reduce((sum, geometry) => sum + bytesOfRow(geometry, request), 0)
  const limit = device.limits.maxBufferSize - outputs.length * ALIGNMENT
  if (bytes > limit) {
    const largest = outputs.toSorted((a, b) => extentOf(b, request).value - extentOf(a, request).value)[0]
    const { name, value } = extentOf(largest, { ...request, batchSize: 1 })
    const of = name.replace('batchSize * ', '')
    throw new RangeError(
      `${of} is ${value}; it must be at most ${Math.floor((value * limit) / bytes)} on this device (maxBufferSize), for its results to be read back`,
    )
  }
  return Math.max(1, Math.floor(Math.min(PIECE_BYTES, limit) / bytes))
}

/** Where the results of some rows lie. */
function placesOf({ operation, request, wanted }: Call, firstRow: number, rows: number): Place[] {
  let offset = 0
  return operation.outputs.flatMap((output) => {
    if (!wanted.has(output.name)) return []
    const ofRow = bytesOfRow(resultGeometry(output, request), request)
    const place = { name: output.name, offset, size: rows * ofRow, first: (firstRow * ofRow) / 4 }
    offset += Math.ceil(place.size / ALIGNMENT) * ALIGNMENT
    return [place]
  })
}

const endOf = (places: readonly Place[]) => Math.max(...places.map(({ offset, size }) => offset + size))

/** Buffers of all pieces, each as large as the largest needs: pieces are submitted one after another, and use them in turn. */
function buffersOf({ scratch }: Context, call: Call, pieces: readonly Piece[]): Map<string, GPUBuffer> {
  const sizes = new Map<string, number>()
  const need = (name: string, bytes: number) => sizes.set(name, Math.max(bytes, sizes.get(name) ?? 0))
  for (const { firstRow, rows, uploads, plan, request } of pieces) {
    need('results', endOf(placesOf(call, firstRow, rows)))
    for (const view of uploads) need(`upload ${view.name}`, packedBytes(view))
    for (const [name, bytes] of Object.entries(plan.scratch)) need(name, bytes)
    if (request.settings.rows) need('row settings', request.settings.rows.words.byteLength)
  }
  const buffers = new Map([...sizes].map(([name, bytes]) => [name, scratch.atLeast(name, bytes)]))
  for (const { name, buffer, data } of Object.values(call.inputs))
    buffers.set(name, data ? buffers.get(`upload ${name}`)! : buffer!)
  for (const name of call.wanted) buffers.set(name, buffers.get('results')!)
  return buffers
}

/** Uploads a piece, submits its work, and copies its results when they are there. */
async function submitPiece(
  context: Context,
  call: Call,
  { firstRow, rows, uploads, plan, request }: Piece,
  buffers: ReadonlyMap<string, GPUBuffer>,
  results: Results,
): Promise<void> {
  const { device, staging, uniforms } = context
  const label = `gumbel-webgpu ${call.operation.name}`
  const { settings } = request
  for (const view of uploads) uploadRows(device.queue, view, buffers.get(view.name)!)
  const rowSettings = settings.rows && uploadSettings(device, settings.rows, buffers.get('row settings')!)
  const resources = { buffers, settings, uniforms, ...(rowSettings ? { rowSettings } : {}) }

  const places = placesOf(call, firstRow, rows)
  const bytes = endOf(places)
  let copy: GPUBuffer | undefined
  const batches = batchesOf(plan.dispatches, context.limits.work)
  batches.forEach((dispatches, i) => {
    const encoder = device.createCommandEncoder({ label })
    uniforms.rewind()
    encodeDispatches(context, encoder, label, dispatches, resources)
    if (i === batches.length - 1) {
      copy = staging.take(bytes)
      encoder.copyBufferToBuffer(buffers.get('results')!, 0, copy, 0, bytes)
    }
    device.queue.submit([encoder.finish()])
  })
  await staging.read(copy!, bytes, (mapped) => {
    for (const { name, offset, size, first } of places) {
      const array = results[name]
      const type = array.constructor as typeof Float32Array | typeof Int32Array
      array.set(new type(mapped, offset, size / 4), first)
    }
  })
}

/** Dispatches that are submitted together: no more work than one may have, so that no watchdog ends them. */
function batchesOf(dispatches: readonly Dispatch[], mostWork: number): Dispatch[][] {
  const batches: Dispatch[][] = []
  let work = Infinity
  for (const dispatch of dispatches) {
    // What only brings together what others found stays with them.
    if (work + dispatch.work > mostWork && dispatch.work > 0) {
      batches.push([])
      work = 0
    }
    batches.at(-1)!.push(dispatch)
    work += dispatch.work
  }
  return batches
}

function uploadSettings({ queue }: GPUDevice, { words }: RowSettingsTable, to: GPUBuffer): GPUBufferBinding {
  queue.writeBuffer(to, 0, words)
  return { buffer: to, size: words.byteLength }
}

/** The settings of some rows of the batch. */
function settingsFrom(settings: Settings, firstRow: number, rows: number): Settings {
  const { stream, streamStride, rows: table } = settings
  if (firstRow === 0 && !table) return settings
  const [begin, end] = [firstRow * SETTINGS_WORDS, (firstRow + rows) * SETTINGS_WORDS]
  return {
    ...settings,
    stream: stream + firstRow * streamStride,
    ...(table ? { rows: { words: table.words.subarray(begin, end), floats: table.floats.subarray(begin, end) } } : {}),
  }
}
