import type { BufferLogits, HostLogits, Indices, Logits, Values } from './options'
import { type Shape, hostLogits, isBufferIndices, isBufferLogits, rowsOf, shapeOf } from './request'

/** Inputs of one call are at most so many arrays: logits, and for gradients those of the samples and the samples. */
const MAX_SPARES = 3

/** Arrays that one call after another copies into: a new one costs more than to fill it, in page faults and garbage. */
export class Spares {
  #free: Float32Array[] = []

  take(length: number): Float32Array {
    const i = this.#free.findIndex((each) => each.length >= length)
    return i < 0 ? new Float32Array(length) : this.#free.splice(i, 1)[0]
  }

  give(array: Float32Array): void {
    this.#free.push(array)
    if (this.#free.length > MAX_SPARES) this.#free.shift()
  }
}

/** Options that may be one value a row. */
const LISTS = ['seed', 'streams', 'temperature', 'tau'] as const

type CallOptions = Partial<Shape> & Pick<Shape, 'batchSize' | 'numClasses'>

/** What a call draws from as it is when the call is made, whatever the caller writes into its arrays afterwards. */
export class Kept<O extends CallOptions> {
  readonly options: O
  /** The name of an input that lies in a GPU buffer and is not copied, where there is one. */
  inBuffer: string | undefined
  #shape: Shape
  #spares: Spares
  #taken: Float32Array[] = []

  /** @throws RangeError, TypeError naming the size that is wrong; other options are left for the backends to check */
  constructor(options: O, spares: Spares) {
    this.#shape = shapeOf(options)
    this.#spares = spares
    const copied = Object.fromEntries(LISTS.map((name) => [name, copyOf((options as Record<string, unknown>)[name])]))
    this.options = { ...options, ...copied }
  }

  /** A row for each of the batch. */
  rows(name: string, logits: Logits): HostLogits | BufferLogits {
    return this.#copy(name, logits, this.#shape.batchSize)
  }

  /** A row for each draw. */
  draws(name: string, values: Values): HostLogits | BufferLogits {
    return this.#copy(name, values, this.#shape.batchSize * this.#shape.numSamples)
  }

  indices(indices: Indices): Indices {
    if (isBufferIndices(indices)) this.inBuffer ??= 'indices'
    return indices instanceof Int32Array ? indices.slice() : indices
  }

  #copy(name: string, view: Logits | Values, count: number): HostLogits | BufferLogits {
    if (isBufferLogits(view)) {
      this.inBuffer ??= name
      return view
    }
    const { numClasses } = this.#shape
    const host = hostLogits(view, name)
    const { offset, rowStride } = rowsOf(host, host.data.length, this.#shape, name, count)
    const data = this.#spares.take(count * numClasses)
    this.#taken.push(data)
    if (rowStride === numClasses) data.set(host.data.subarray(offset, offset + count * numClasses))
    else
      for (let r = 0; r < count; r++) {
        const begin = offset + r * rowStride
        data.set(host.data.subarray(begin, begin + numClasses), r * numClasses)
      }
    return { ...host, data, offset: 0, rowStride: numClasses }
  }

  /** Lets later calls use the copies; nobody reads them any more. */
  release(): void {
    for (const array of this.#taken) this.#spares.give(array)
    this.#taken = []
  }
}

function copyOf(list: unknown): unknown {
  if (typeof list !== 'object' || list === null) return list
  return ArrayBuffer.isView(list) ? (list as Float32Array).slice() : Array.from(list as ArrayLike<unknown>)
}
