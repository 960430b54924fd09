import { copyRows, packedArray, packedBytes } from '../host_rows'
import type { Call } from '../operation'
import { type HostView, distinct } from '../view'

/** Inputs of one call are at most so many arrays: logits, bias, bitmask, and of penalties the tokens and what rows are penalized with. */
const MAX_SPARES = 5

/** Arrays that one call after another copies into: a new one costs more than to fill it, in page faults and garbage. */
export class Spares {
  #free: ArrayBuffer[] = []

  take(bytes: number): ArrayBuffer {
    const i = this.#free.findIndex((each) => each.byteLength >= bytes)
    return i < 0 ? new ArrayBuffer(bytes) : this.#free.splice(i, 1)[0]
  }

  give(buffer: ArrayBuffer): void {
    this.#free.push(buffer)
    if (this.#free.length > MAX_SPARES) this.#free.shift()
  }
}

/** A call with its host arrays as they are when it is made, whatever the caller writes into them afterwards. */
export class Copies {
  readonly call: Call
  #spares: Spares
  #taken: ArrayBuffer[] = []

  constructor(call: Call, spares: Spares) {
    this.#spares = spares
    const inputs = { ...call.inputs }
    for (const [name, view] of Object.entries(inputs))
      if (view.data) inputs[name] = this.#copied({ ...view, data: view.data })
    this.call = { ...call, inputs }
  }

  #copied(view: HostView): HostView {
    const rows = distinct(view)
    const buffer = this.#spares.take(packedBytes(rows))
    this.#taken.push(buffer)
    const data = packedArray(rows, buffer)
    copyRows(rows, data)
    return { ...view, data, offset: 0, rowStride: rows === view ? view.columns : 0 }
  }

  /** Lets later calls use the copies; nobody reads them any more. */
  release(): void {
    for (const buffer of this.#taken) this.#spares.give(buffer)
    this.#taken = []
  }
}
