/** What callers say that rows draw with, checked: one value for all rows, one a row, or a buffer of them. */

import { MAX_WORD, isOne, requirePerRow, shown, whole } from './checks'
import {
  IN_BUFFERS,
  type Kind,
  type RowSettings,
  type RowSettingsTable,
  SETTINGS,
  SETTINGS_WORDS,
  type Setting,
  type Settings,
  emptySettings,
  settingsOfRow,
  writeSettings,
} from './settings'
import { type View, inBuffer, inputView } from './view'

const MAX_SEED = 0xffffffffffffffffn
/** Products of a temperature, a tau and noise, and their inverses, are normal float32 numbers. */
const MIN_SCALE = 1e-18
const MAX_SCALE = 1e18

/** A temperature or tau. Turns -0 into 0, so that the bits say whether it is 0. */
function scaleOf(name: string, value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`${name} is ${typeof value}; it must be a number`)
  if (value === 0) return 0
  if (!(value >= MIN_SCALE && value <= MAX_SCALE))
    throw new RangeError(`${name} is ${value}; it must be 0 or from 1e-18 to 1e18`)
  return Math.fround(value)
}

/** A part of the whole, as topP and minP are. What devices may flush is 0. */
function partOf(name: string, value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`${name} is ${typeof value}; it must be a number`)
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} is ${value}; it must be from 0 to 1`)
  const part = Math.fround(value)
  return part < 2 ** -126 ? 0 : part
}

function seedOf(name: string, seed: unknown): bigint {
  if (typeof seed === 'number') {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new RangeError(
        `${name} is ${seed}; a number must be whole and from 0 to 2^53 - 1, a bigint from 0 to 2^64 - 1`,
      )
    return BigInt(seed)
  }
  if (typeof seed !== 'bigint') throw new TypeError(`${name} is ${typeof seed}; it must be a bigint or a number`)
  if (seed < 0n || seed > MAX_SEED) throw new RangeError(`${name} is ${seed}n; it must be from 0n to 2^64 - 1`)
  return seed
}

/** The options that settings are made of, each read once. */
type Given = Readonly<Record<string, unknown>>

/** Takes settings in GPU buffers out of the options, which then have a value for all rows in their place. */
function takeBuffers(
  given: Given,
  batchSize: number,
  recorded: boolean,
): { values: Given; buffers: Record<string, View> } {
  const buffers: Record<string, View> = {}
  const values = { ...given }
  for (const { name, columns, type, kind } of IN_BUFFERS) {
    if (!inBuffer(given[name])) continue
    if (!recorded)
      throw new TypeError(
        `${name} is in a GPU buffer, which calls that record take; it must be one value, or one a row`,
      )
    const spec = { name, per: 'row', rows: batchSize, columns, types: [type], onGpu: true, strided: false } as const
    buffers[name] = inputView(spec, given[name])
    values[name] = kind === 'seed' ? new BigUint64Array(batchSize) : 1
  }
  return { values, buffers }
}

/**
 * Checks the settings of a call; `recorded` says whether the device may read them from buffers.
 * @throws RangeError, TypeError naming the parameter
 */
export function settingsOf(given: Given, batchSize: number, recorded = false): Settings {
  const { values, buffers } = takeBuffers(given, batchSize, recorded)
  const { seed = 0, streams, streamOffset } = values
  if (streamOffset !== undefined && (streams !== undefined || !isOne(seed)))
    throw new TypeError('streamOffset counts default streams; it must be left out beside streams or seeds a row')
  const firstStream = whole('streamOffset', streamOffset ?? 0, 0, MAX_WORD)
  if (firstStream + batchSize - 1 > MAX_WORD)
    throw new RangeError(`streamOffset is ${firstStream}; with batchSize ${batchSize} streams pass 4294967295`)

  const oneStream = streams !== undefined && isOne(streams)
  const settings: Settings = { ...emptySettings(), streamStride: oneStream || !isOne(seed) ? 0 : 1 }
  const lists: List[] = []
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const value = values[name] === undefined ? setting.otherwise : values[name]
    if (isOne(value)) putSetting(settings, setting, name, value)
    else {
      const list = value as ArrayLike<unknown>
      requirePerRow(name, list, batchSize)
      lists.push({ name, setting, values: list })
    }
  }
  if (!oneStream) settings.stream = firstStream
  const inBuffers = Object.keys(buffers).length > 0
  if (lists.length > 0 || inBuffers) settings.rows = tableOf(settings, lists, batchSize)
  return inBuffers ? { ...settings, buffers } : settings
}

const CHECKS: Readonly<Record<Exclude<Kind, 'seed'>, (name: string, value: unknown) => number>> = {
  scale: scaleOf,
  part: partOf,
  count: (name, value) => whole(name, value, 0, 0x7fffffff),
  word: (name, value) => whole(name, value, 0, MAX_WORD),
}

/** Checks a value, and puts it where it lies in a row. */
function putSetting(row: RowSettings, { field, kind }: Setting, name: string, value: unknown): void {
  if (kind === 'seed') {
    const seed = seedOf(name, value)
    row.seedLow = Number(seed & 0xffffffffn)
    row.seedHigh = Number(seed >> 32n)
  } else row[field] = CHECKS[kind](name, value)
}

/** A setting that is given one a row. */
interface List {
  name: string
  setting: Setting
  values: ArrayLike<unknown>
}

function tableOf(settings: Settings, lists: readonly List[], batchSize: number): RowSettingsTable {
  const words = new Uint32Array(SETTINGS_WORDS * batchSize)
  const table = { words, floats: new Float32Array(words.buffer) }
  const one = emptySettings()
  for (let r = 0; r < batchSize; r++) {
    settingsOfRow(one, settings, r)
    for (const { name, setting, values } of lists) putSetting(one, setting, `${name}[${r}]`, values[r])
    writeSettings(table, r * SETTINGS_WORDS, one)
  }
  return table
}

/** Refuses a temperature or a tau of 0, where samples have neither a gradient nor a density, in options that are checked. */
export function requireRelaxed(given: Given): void {
  for (const name of ['temperature', 'tau'] as const) {
    const values = given[name] ?? 1
    if (inBuffer(values)) continue // The device refuses them.
    const row = Array.prototype.indexOf.call(isOne(values) ? [values] : values, 0)
    if (row >= 0)
      throw new RangeError(
        `${name}${isOne(values) ? '' : `[${row}]`} is ${shown(0)}; it must be from 1e-18 to 1e18, as relaxed samples at 0 have neither a gradient, nor a density, nor logarithms`,
      )
  }
}
