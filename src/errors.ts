/**
 * Why a row has no distribution to draw from, or no result: its logits hold NaN, +Infinity or nothing but -Infinity; it is given an
 * index of -1 or of a masked class; one of its draws is given gradients that are NaN or larger than 1e28, samples outside the simplex, or
 * samples of NaN; its gradients leave float32's range;
 * its temperature or tau, which a recording read from a buffer, is out of range; bias, penalties or bitmask ban its last classes.
 */
export type InvalidReason =
  | 'nan'
  | 'positive-infinity'
  | 'all-masked'
  | 'given-masked'
  | 'grad-samples-out-of-range'
  | 'samples-outside-simplex'
  | 'samples-nan'
  | 'gradient-overflow'
  | 'settings-out-of-range'
  | 'bias-bans-all'
  | 'penalties-ban-all'
  | 'bitmask-bans-all'

/** A row that has no result, and why. `row` counts from 0 in the batch. */
export interface InvalidRow {
  row: number
  reason: InvalidReason
}

/**
 * Status words that kernels write, in step with `shaders/shared/status.wgsl`; the position in this list is the word. The overflow is of
 * gradients that were read back.
 */
const REASONS: readonly (InvalidReason | undefined)[] = [
  undefined,
  'nan',
  'positive-infinity',
  'all-masked',
  'given-masked',
  'grad-samples-out-of-range',
  'samples-outside-simplex',
  'samples-nan',
  'gradient-overflow',
  'settings-out-of-range',
  'bias-bans-all',
  'penalties-ban-all',
  'bitmask-bans-all',
]

export const STATUS_OK = 0
export const STATUS_NAN = 1
export const STATUS_POSITIVE_INFINITY = 2
export const STATUS_ALL_MASKED = 3
export const STATUS_GIVEN_MASKED = 4
export const STATUS_GRAD_SAMPLES = 5
export const STATUS_SAMPLES_OUTSIDE = 6
export const STATUS_SAMPLES_NAN = 7
export const STATUS_OVERFLOW = 8
export const STATUS_BIAS = 10
export const STATUS_PENALTIES = 11
export const STATUS_BITMASK = 12

/** Whether a row has no class that is not at -Infinity, whatever took them. */
export function isEmptied(status: number): boolean {
  return status === STATUS_ALL_MASKED || (status >= STATUS_BIAS && status <= STATUS_BITMASK)
}

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

/** Why a row with this status has no distribution or no result; undefined where it has. */
export function reasonOf(status: number): InvalidReason | undefined {
  return REASONS[status]
}

/** The parameter, or the result, that is wrong, and what a row of it does. */
const WORDS: Record<InvalidReason, [name: string, does: string]> = {
  nan: ['logits', 'holds NaN'],
  'positive-infinity': ['logits', 'holds +Infinity'],
  'all-masked': ['logits', 'has every class at -Infinity'],
  'given-masked': ['indices', 'is given -1 or a class that is at -Infinity'],
  'grad-samples-out-of-range': ['gradSamples', 'holds NaN, or a value that is not from -1e28 to 1e28'],
  'samples-outside-simplex': [
    'samples',
    'holds a value that is not from 0 to 1, has one other than 0 where the logits are -Infinity, or has nothing but 0',
  ],
  'samples-nan': ['samples', 'holds NaN'],
  'gradient-overflow': ['gradients', "leaves float32's range"],
  'settings-out-of-range': ['settings', 'has a temperature or tau, read from a buffer, that is out of range'],
  'bias-bans-all': ['bias', 'bans every class that was left'],
  'penalties-ban-all': ['penalties', 'bans every class that was left'],
  'bitmask-bans-all': ['bitmask', 'bans every class that was left'],
}

/** Thrown when rows have no distribution or no result, and `invalidRows` is not `'mark'`. */
export class InvalidRowsError extends Error {
  override name = 'InvalidRowsError'
  /** Every such row, in ascending order. */
  readonly rows: readonly InvalidRow[]

  /** `remedy` is what may be done; `logits` is what the call calls those that it draws from. */
  constructor(rows: readonly InvalidRow[], remedy: string, logits = 'logits') {
    const named = rows.slice(0, 5).map(({ row, reason }, i) => {
      const [parameter, does] = WORDS[reason]
      const again = i > 0 && WORDS[rows[i - 1].reason][0] === parameter
      const name = parameter === 'logits' ? logits : parameter
      return `${again ? '' : `${name}: `}row ${row} ${does}`
    })
    const more = rows.length > 5 ? `, and ${rows.length - 5} more` : ''
    super(`${named.join(', ')}${more}; ${remedy}`)
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
