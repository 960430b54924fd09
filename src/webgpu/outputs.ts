import type { IndexView, OutputView } from '../options'
import { type Request, oneOf, shown } from '../request'
import { ALIGNMENT } from './buffers'
import type { Context } from './context'
import { requireStorage } from './inputs'
import type { Params } from './params'

/** A range of a buffer. */
export interface Bound {
  buffer: GPUBuffer
  offset: number
  size: number
}

/** Where those results of draws go that are wanted; `params` says where in the bindings they begin. */
export interface Outputs {
  indices?: GPUBufferBinding
  logProbs?: GPUBufferBinding
  scores?: GPUBufferBinding
  statuses?: GPUBufferBinding
  /** An index that would be -1 is minus the status. */
  statusInIndex?: boolean
  params: Pick<Params, 'indexWords' | 'indexOffset' | 'logProbOffset' | 'scoreOffset' | 'statusOffset'>
}

/** Results in buffers of our own, to be read back: indices always, which hold the status where there is no index. */
export function ownOutputs(indices: Bound, logProbs?: Bound, scores?: Bound): Outputs {
  const params = { indexWords: 1, indexOffset: 0, logProbOffset: 0, scoreOffset: 0, statusOffset: 0 }
  return { indices, logProbs, scores, statusInIndex: true, params }
}

/** The caller's views. */
export interface OutputViews {
  indices?: IndexView
  logProbs?: OutputView
  scores?: OutputView
  statuses?: OutputView
}

/** A view that a kernel writes, named for messages. */
export interface NamedRange extends Bound {
  name: string
}

/** Results in the caller's buffers; `others` are ranges that the same dispatch writes, and `inputs` buffers that it reads. */
export function callersOutputs(
  context: Context,
  views: OutputViews,
  request: Request,
  inputs: readonly GPUBuffer[],
  others: readonly NamedRange[] = [],
): Outputs {
  const { indices, logProbs, scores, statuses } = views
  const indexWords = oneOf('indices.type', indices?.type ?? 'int32', ['int32', 'int64']) === 'int64' ? 2 : 1
  const count = drawCount(context, request, indexWords)
  const places = [
    wordsOf('indices', indices, count * indexWords),
    wordsOf('logProbs', logProbs, count),
    wordsOf('scores', scores, count),
    wordsOf('statuses', statuses, count),
  ]
  refuseOverlap([...places.flatMap((place) => (place ? [place.range] : [])), ...others], inputs)
  const [indexRange, logProbRange, scoreRange, statusRange] = places.map((place) => place?.range)
  return {
    indices: indexRange,
    logProbs: logProbRange,
    scores: scoreRange,
    statuses: statusRange,
    params: {
      indexWords,
      indexOffset: places[0]?.first ?? 0,
      logProbOffset: places[1]?.first ?? 0,
      scoreOffset: places[2]?.first ?? 0,
      statusOffset: places[3]?.first ?? 0,
    },
  }
}

/** Draws of a call, refused where their results do not fit one binding. */
export function drawCount({ device }: Context, { batchSize, numSamples }: Request, words = 1): number {
  const most = Math.floor(device.limits.maxStorageBufferBindingSize / (4 * words))
  if (batchSize * numSamples > most)
    throw new RangeError(
      `batchSize * numSamples is ${batchSize * numSamples}; it must be at most ${most} on this device (maxStorageBufferBindingSize)`,
    )
  return batchSize * numSamples
}

/** The binding that holds `length` words of a view from its offset on, and the word of it at which they begin. */
export function wordsOf(name: string, view: OutputView | undefined, length: number) {
  if (!view) return undefined
  const { buffer, offset = 0 } = view
  requireStorage(`${name}.buffer`, buffer)
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new RangeError(`${name}.offset is ${shown(offset)}; it must be a whole number of elements, 0 or more`)
  const end = 4 * (offset + length)
  if (end > buffer.size)
    throw new RangeError(`${name}.buffer has ${buffer.size} bytes; offset ${offset} and ${length} words need ${end}`)
  const begin = Math.floor((4 * offset) / ALIGNMENT) * ALIGNMENT
  return { range: { name, buffer, offset: begin, size: end - begin }, first: offset - begin / 4 }
}

/** WebGPU refuses outputs whose bindings overlap, and outputs in a buffer that is read. */
function refuseOverlap(ranges: readonly NamedRange[], inputs: readonly GPUBuffer[]): void {
  ranges.forEach((a, i) => {
    if (inputs.includes(a.buffer))
      throw new TypeError(`${a.name}.buffer is also read; results need a buffer of their own`)
    for (const b of ranges.slice(0, i))
      if (a.buffer === b.buffer && a.offset < b.offset + b.size && b.offset < a.offset + a.size)
        throw new RangeError(
          `${a.name} and ${b.name} share 256-byte blocks of one buffer; put them in blocks or buffers of their own`,
        )
  })
}
