import { type InvalidRow, invalidRowsOf } from '../errors'
import { ALIGNMENT } from './buffers'
import type { Context } from './context'
import type { Extent } from '../results'
import type { Piece } from './inputs'
import type { Bound } from './outputs'

/**
 * Records pieces one after another into results of the given sizes in bytes, submits, and reads the results back.
 * Everything is submitted before the promise is returned. A size of 0 is a result that nobody wants. `extent` is what the sizes are
 * in proportion to, for the message where they pass the device's limit.
 */
export async function readBack(
  context: Context,
  label: string,
  pieces: readonly Piece[],
  sizes: readonly number[],
  extent: Extent,
  record: (encoder: GPUCommandEncoder, piece: Piece, results: (Bound | undefined)[]) => void,
): Promise<ArrayBuffer[]> {
  const { device, staging } = context
  const offsets: number[] = []
  let total = 0
  for (const size of sizes) {
    offsets.push(total)
    total += Math.ceil(size / ALIGNMENT) * ALIGNMENT
  }
  const limit = device.limits.maxBufferSize - sizes.length * ALIGNMENT
  if (total > limit)
    throw new RangeError(
      `${extent.name} is ${extent.value}; it must be at most ${Math.floor((extent.value * limit) / total)} on this device (maxBufferSize), for its results to be read back`,
    )
  return context.guarded(async () => {
    const buffer = context.results.atLeast(total)
    const results = sizes.map((size, i) => (size > 0 ? { buffer, offset: offsets[i], size } : undefined))
    context.uniforms.rewind()
    let encoder = device.createCommandEncoder({ label })
    pieces.forEach((piece, i) => {
      if (i > 0) {
        device.queue.submit([encoder.finish()])
        encoder = device.createCommandEncoder({ label })
      }
      record(encoder, piece, results)
    })
    const copy = staging.take(total)
    encoder.copyBufferToBuffer(buffer, 0, copy, 0, total)
    device.queue.submit([encoder.finish()])
    const bytes = await staging.read(copy, total)
    return sizes.map((size, i) => bytes.slice(offsets[i], offsets[i] + size))
  })
}

/** Rows without a distribution, whose indices hold minus their status, which becomes -1. */
export function takeStatuses(indices: Int32Array, numSamples: number): InvalidRow[] {
  let statuses: Uint32Array | undefined
  for (let i = 0; i < indices.length; i++) {
    if (indices[i] >= 0) continue
    statuses ??= new Uint32Array(indices.length)
    statuses[i] = -indices[i]
    indices[i] = -1
  }
  return statuses ? invalidRowsOf(statuses, numSamples) : []
}
