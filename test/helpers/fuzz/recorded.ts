import fc from 'fast-check'
import type { InvalidReason, InvalidRow } from 'gumbel-webgpu'
import { expect } from 'vitest'
import type { FuzzGpu } from './gpu'

/** Words that a kernel must leave alone. */
const UNTOUCHED = 0xdeadbeef
/** Results of one dispatch that share a buffer lie in blocks of so many words of their own. */
const BLOCK = 64

/** Where results go, in 32-bit words: `count` rows of `length`. */
export interface Region {
  count: number
  length: number
  /** Words before the first row, and between rows. */
  offset: number
  gap: number
}

/** Words before and between results, which may have a buffer each. */
export const margins = fc.record({ offset: fc.nat(70), gap: fc.nat(20), apart: fc.boolean() })

type View = { buffer: GPUBuffer; offset: number }

/**
 * `record`s into an encoder, submits, and gives the words of each region that is wanted; fails where others of their buffers
 * have changed.
 */
export async function recorded<Name extends string>(
  { device, upload, read }: FuzzGpu,
  wanted: Record<Name, Region | undefined>,
  apart: boolean,
  record: (encoder: GPUCommandEncoder, views: Partial<Record<Name, View>>) => void,
): Promise<Partial<Record<Name, Uint32Array<ArrayBuffer>>>> {
  const regions = (Object.entries(wanted) as [Name, Region | undefined][]).flatMap(([name, region]) =>
    region ? [{ name, ...region }] : [],
  )
  let total = 0
  const begins = regions.map(({ offset, count, length, gap }) => {
    const begin = (apart ? 0 : total) + offset
    total = Math.max(total, Math.ceil((begin + count * (length + gap)) / BLOCK) * BLOCK)
    return begin
  })
  const canaries = () => upload(new Uint32Array(total).fill(UNTOUCHED))
  const shared = apart ? undefined : canaries()
  const views = regions.map((_, i) => ({ buffer: shared ?? canaries(), offset: begins[i] }))

  const encoder = device.createCommandEncoder()
  record(encoder, named(regions, views))
  device.queue.submit([encoder.finish()])

  const words = new Map<GPUBuffer, Uint32Array<ArrayBuffer>>()
  const readWords = async (buffer: GPUBuffer) => words.set(buffer, new Uint32Array(await read(buffer)))
  await Promise.all([...new Set(views.map(({ buffer }) => buffer))].map(readWords))
  const results = regions.map(({ count, length, gap }, i) => {
    const all = words.get(views[i].buffer)!
    const result = new Uint32Array(count * length)
    for (let r = 0; r < count; r++) {
      const begin = begins[i] + r * (length + gap)
      result.set(all.subarray(begin, begin + length), r * length)
      all.fill(UNTOUCHED, begin, begin + length)
    }
    return result
  })
  for (const all of words.values())
    expect(
      all.findIndex((word) => word !== UNTOUCHED),
      'a word written outside the results',
    ).toBe(-1)
  return named(regions, results)
}

function named<Name extends string, T>(regions: readonly { name: Name }[], values: readonly T[]) {
  return Object.fromEntries(regions.map(({ name }, i) => [name, values[i]])) as Partial<Record<Name, T>>
}

/** Of what kernels find: not of what is found in gradients that are read back. */
const STATUSES: Partial<Record<InvalidReason, number>> = {
  nan: 1,
  'positive-infinity': 2,
  'all-masked': 3,
  'given-masked': 4,
  'grad-samples-out-of-range': 5,
  'samples-outside-simplex': 6,
  'samples-nan': 7,
  'bias-bans-all': 10,
  'penalties-ban-all': 11,
  'bitmask-bans-all': 12,
}

/** The status of each of `count` draws or rows, of `each` a row. */
export function statusesOf(invalidRows: readonly InvalidRow[], rows: number, each: number): Uint32Array {
  const statuses = new Uint32Array(rows * each)
  for (const { row, reason } of invalidRows) statuses.fill(STATUSES[reason] ?? 0, row * each, (row + 1) * each)
  return statuses
}
