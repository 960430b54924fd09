/** A draft's positions as rows that are drawn on their own: position i of a sequence is drawn at `step + i`. */

import { ADJUSTMENTS } from '../adjust/views'
import { isObject, isOne, shown, whole } from '../checks'
import { tagOf } from '../arrays'
import { readNames } from '../known_names'
import { settingsOf } from '../check_settings'
import { FILTER_OPTIONS, SETTINGS_OPTIONS, type Settings, settingsOfRow, emptySettings } from '../settings'
import { inBuffer } from '../view'

const SETTINGS = [...SETTINGS_OPTIONS, ...FILTER_OPTIONS]
const NAMES = ['batchSize', 'numClasses', 'tail', 'invalidRows', 'hard', ...SETTINGS, 'bitmask', 'bias']
const MAX_STEP = 0xffffffff

/** Sequences and positions of a call. */
export interface DraftShape {
  batchSize: number
  numClasses: number
  /** K + 1. */
  positions: number
}

/** Reads the options of a call by name; `more` are those that only some calls have. */
export function draftOptionsOf(options: unknown, more: readonly string[]): Record<string, unknown> {
  return readNames('options', options, [...NAMES, ...more])
}

/**
 * Checks a draft in host memory.
 * @throws RangeError, TypeError naming the parameter
 */
export function draftShapeOf(given: Readonly<Record<string, unknown>>, logits: unknown, draft: unknown): DraftShape {
  if (tagOf(draft) !== 'Int32Array') throw new TypeError(`draft is ${shown(draft)}; it must be an Int32Array`)
  const tokens = (draft as Int32Array).length
  const numClasses = whole('numClasses', given.numClasses, 1, 2 ** 31)
  const rows = isObject(logits) && 'length' in logits ? (logits as ArrayLike<unknown>).length / numClasses : undefined
  const batchSize = whole('batchSize', given.batchSize ?? (rows === undefined ? undefined : rows - tokens), 1, 2 ** 24)
  if (tokens === 0 || tokens % batchSize !== 0)
    throw new RangeError(
      `draft has ${tokens} tokens; it must have as many, at least 1, for each row of batchSize (${batchSize})`,
    )
  return { batchSize, numClasses, positions: tokens / batchSize + 1 }
}

/** The settings of every position, from those of sequences that are values; settings in buffers stand aside. */
export function positionSettings(
  given: Readonly<Record<string, unknown>>,
  { batchSize, positions }: DraftShape,
): Record<string, unknown> {
  const values = Object.fromEntries(
    SETTINGS.filter((name) => given[name] !== undefined && !inBuffer(given[name])).map((name) => [name, given[name]]),
  )
  if (given.seed === undefined) throw new TypeError('seed is undefined; it must be a bigint or a number')
  const settings: Settings = settingsOf({ ...values, seed: values.seed ?? 0 }, batchSize)
  const row = emptySettings()
  const each = <T>(of: () => T) =>
    Array.from({ length: batchSize * positions }, (_, i) => {
      settingsOfRow(row, settings, Math.floor(i / positions))
      return of()
    })
  const lists: Record<string, unknown> = { streams: each(() => row.stream) }
  for (const name of ['temperature', ...FILTER_OPTIONS])
    if (values[name] !== undefined) lists[name] = isOne(values[name]) ? values[name] : each(() => row[name as 'topK'])
  if (values.seed !== undefined)
    lists.seed = isOne(values.seed) ? values.seed : each(() => BigInt(row.seedLow) | (BigInt(row.seedHigh) << 32n))
  if (!inBuffer(given.step))
    lists.step = each(() => row.step).map((step, i) => whole('step', step + (i % positions), 0, MAX_STEP))
  return lists
}

/** What is given for a row a position as it is. */
export function positionAdjustments(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    ['tail', 'logProbs', ...ADJUSTMENTS].filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
  )
}
