/** Why a row has no distribution to draw from. */
export type InvalidReason = 'nan' | 'positive-infinity' | 'all-masked' | 'given-masked'

/** A row that could not be drawn from, and why. `row` counts from 0 in the batch. */
export interface InvalidRow {
  row: number
  reason: InvalidReason
}

/**
 * Status words that kernels write beside an index of -1, in step with `shaders/shared/status.wgsl`;
 * the position in this list is the word.
 */
const REASONS: readonly (InvalidReason | undefined)[] = [
  undefined,
  'nan',
  'positive-infinity',
  'all-masked',
  'given-masked',
]

export const STATUS_OK = 0
export const STATUS_NAN = 1
export const STATUS_POSITIVE_INFINITY = 2
export const STATUS_ALL_MASKED = 3
export const STATUS_GIVEN_MASKED = 4

/** Statuses of draws whose indices hold minus their status, which becomes -1; none where every draw has an index. */
export function invalidStatusesOf(indices: Int32Array): Int32Array<ArrayBuffer> | undefined {
  let statuses: Int32Array<ArrayBuffer> | undefined
  for (let i = 0; i < indices.length; i++) {
    if (indices[i] >= 0) continue
    statuses ??= new Int32Array(indices.length)
    statuses[i] = -indices[i]
    indices[i] = -1
  }
  return statuses
}

/** The rows whose status is not "ok"; `statuses` are `numSamples` a row; the first that is not counts. */
export function invalidRowsOf(statuses: ArrayLike<number>, numSamples: number): InvalidRow[] {
  const rows: InvalidRow[] = []
  for (let i = 0; i < statuses.length; i++) {
    const reason = REASONS[statuses[i]]
    if (!reason) continue
    rows.push({ row: Math.floor(i / numSamples), reason })
    i += numSamples - 1 - (i % numSamples)
  }
  return rows
}

const WORDS: Record<InvalidReason, string> = {
  nan: 'holds NaN',
  'positive-infinity': 'holds +Infinity',
  'all-masked': 'has every class at -Infinity',
  'given-masked': 'is given a class that is at -Infinity',
}

/** Thrown when rows of logits have no distribution and `invalidRows` is not `'mark'`. */
export class InvalidRowsError extends Error {
  override name = 'InvalidRowsError'
  /** Every such row, in ascending order. */
  readonly rows: readonly InvalidRow[]

  constructor(rows: readonly InvalidRow[]) {
    const named = rows.slice(0, 5).map(({ row, reason }) => `row ${row} ${WORDS[reason]}`)
    const more = rows.length > 5 ? `, and ${rows.length - 5} more` : ''
    super(`logits: ${named.join(', ')}${more}; pass invalidRows: 'mark' to get index -1 for such rows`)
    this.rows = rows
  }
}

/** Thrown when the WebGPU device is missing, is lost, or refuses a call, and by a sampler that was destroyed. */
export class DeviceError extends Error {
  override name = 'DeviceError'
  /** Whether the device is lost: whatever needs it fails from now on. After other refusals later calls work. */
  readonly lost: boolean

  constructor(message: string, lost = false) {
    super(message)
    this.lost = lost
  }
}

export function destroyedError(): DeviceError {
  return new DeviceError('this sampler was destroyed; make another with createSampler()')
}
