/** What rows draw with: temperature, tau, seed, stream, step and filters, one value for all rows or one a row. */

import { MAX_WORD, isOne, requirePerRow, shown, whole } from './checks'
import { type View, inBuffer, inputView } from './view'

/**
 * A row r has stream `stream + r * streamStride`, unless `rows` says otherwise.
 * In step with `shaders/shared/row_settings_uniform.wgsl`.
 */
export interface Settings {
  temperature: number
  tau: number
  seedLow: number
  seedHigh: number
  stream: number
  streamStride: 0 | 1
  step: number
  topK: number
  topP: number
  minP: number
  /** What each row draws with, where any of it is one a row. */
  rows?: RowSettingsTable
  /** Of recordings: what the device reads into the rows' settings, by name. */
  buffers?: Record<string, View>
}

/** `SETTINGS_WORDS` words a row, as floats and as words, in the order of `SETTINGS_FIELDS`. */
export interface RowSettingsTable {
  floats: Float32Array<ArrayBuffer>
  words: Uint32Array<ArrayBuffer>
}

/** What one row draws with, a word each; a test compares them with `RowSettings` in `shaders/shared/row_settings.wgsl`. */
export const SETTINGS_FIELDS = [
  'temperature',
  'tau',
  'seedLow',
  'seedHigh',
  'stream',
  'step',
  'topK',
  'topP',
  'minP',
] as const
/** Words of a row: structures with a vec2 lie at multiples of two words. */
export const SETTINGS_WORDS = Math.ceil(SETTINGS_FIELDS.length / 2) * 2
const FLOATS: ReadonlySet<string> = new Set(['temperature', 'tau', 'topP', 'minP'])

export type RowSettings = Record<(typeof SETTINGS_FIELDS)[number], number>

/** Options that the settings are made of. */
export const SETTINGS_OPTIONS = ['temperature', 'tau', 'step', 'seed', 'streams', 'streamOffset']

/** Those of draws that drop classes, which other calls refuse. */
export const FILTER_OPTIONS = ['topK', 'topP', 'minP']

/** Writes what one row draws with to its words. */
export function writeSettings({ floats, words }: RowSettingsTable, at: number, row: RowSettings): void {
  SETTINGS_FIELDS.forEach((field, i) => ((FLOATS.has(field) ? floats : words)[at + i] = row[field]))
}

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

function topKOf(name: string, value: unknown): number {
  return whole(name, value, 0, 0x7fffffff)
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

const lowWord = (seed: bigint) => Number(seed & 0xffffffffn)
const highWord = (seed: bigint) => Number(seed >> 32n)

/** The options that settings are made of, each read once. */
type Given = Readonly<Record<string, unknown>>

/** Settings that a recording may read from a buffer: one a row, of seeds two words, low first. */
const IN_BUFFERS = ['temperature', 'tau', 'seed', 'step', ...FILTER_OPTIONS]
const FLOATS_IN_BUFFERS = ['temperature', 'tau', 'topP', 'minP']

/** Takes settings in GPU buffers out of the options, which then have a value for all rows in their place. */
function takeBuffers(
  given: Given,
  batchSize: number,
  recorded: boolean,
): { values: Given; buffers: Record<string, View> } {
  const buffers: Record<string, View> = {}
  const values = { ...given }
  for (const name of IN_BUFFERS) {
    if (!inBuffer(given[name])) continue
    if (!recorded)
      throw new TypeError(
        `${name} is in a GPU buffer, which calls that record take; it must be one value, or one a row`,
      )
    const [type, columns] = FLOATS_IN_BUFFERS.includes(name)
      ? (['float32', 1] as const)
      : (['int32', name === 'seed' ? 2 : 1] as const)
    const spec = { name, per: 'row', rows: batchSize, columns, types: [type], onGpu: true, strided: false } as const
    buffers[name] = inputView(spec, given[name])
    values[name] = name === 'seed' ? new BigUint64Array(batchSize) : 1
  }
  return { values, buffers }
}

/**
 * Checks the settings of a call; `recorded` says whether the device may read them from buffers.
 * @throws RangeError, TypeError naming the parameter
 */
export function settingsOf(given: Given, batchSize: number, recorded = false): Settings {
  const { values, buffers } = takeBuffers(given, batchSize, recorded)
  const { seed = 0, streams, streamOffset, temperature = 1, tau = 1, step = 0, topK = 0, topP = 1, minP = 0 } = values
  if (streamOffset !== undefined && (streams !== undefined || !isOne(seed)))
    throw new TypeError('streamOffset counts default streams; it must be left out beside streams or seeds a row')
  const firstStream = whole('streamOffset', streamOffset ?? 0, 0, MAX_WORD)
  if (firstStream + batchSize - 1 > MAX_WORD)
    throw new RangeError(`streamOffset is ${firstStream}; with batchSize ${batchSize} streams pass 4294967295`)

  const oneSeed = isOne(seed) ? seedOf('seed', seed) : 0n
  const oneStream = streams !== undefined && isOne(streams)
  const settings: Settings = {
    temperature: isOne(temperature) ? scaleOf('temperature', temperature) : 0,
    tau: isOne(tau) ? scaleOf('tau', tau) : 0,
    seedLow: lowWord(oneSeed),
    seedHigh: highWord(oneSeed),
    stream: oneStream ? whole('streams', streams, 0, MAX_WORD) : firstStream,
    streamStride: oneStream || !isOne(seed) ? 0 : 1,
    step: isOne(step) ? whole('step', step, 0, MAX_WORD) : 0,
    topK: isOne(topK) ? topKOf('topK', topK) : 0,
    topP: isOne(topP) ? partOf('topP', topP) : 1,
    minP: isOne(minP) ? partOf('minP', minP) : 0,
  }
  const lists = Object.entries({ temperature, tau, seed, streams, step, topK, topP, minP }).filter(
    ([, value]) => !isOne(value),
  )
  const inBuffers = Object.keys(buffers).length > 0
  if (lists.length > 0 || inBuffers) settings.rows = tableOf(settings, new Map(lists) as Lists, batchSize)
  return inBuffers ? { ...settings, buffers } : settings
}

type Lists = ReadonlyMap<string, ArrayLike<unknown>>

/** Writes one row's value, which is checked, at its place in the row's words. */
type Write = (table: RowSettingsTable, at: number, name: string, value: unknown) => void

const WRITES: Readonly<Record<string, Write>> = {
  temperature: ({ floats }, at, name, value) => (floats[at] = scaleOf(name, value)),
  tau: ({ floats }, at, name, value) => (floats[at + 1] = scaleOf(name, value)),
  seed: ({ words }, at, name, value) => {
    const seed = seedOf(name, value)
    words[at + 2] = lowWord(seed)
    words[at + 3] = highWord(seed)
  },
  streams: ({ words }, at, name, value) => (words[at + 4] = whole(name, value, 0, MAX_WORD)),
  step: ({ words }, at, name, value) => (words[at + 5] = whole(name, value, 0, MAX_WORD)),
  topK: ({ words }, at, name, value) => (words[at + 6] = topKOf(name, value)),
  topP: ({ floats }, at, name, value) => (floats[at + 7] = partOf(name, value)),
  minP: ({ floats }, at, name, value) => (floats[at + 8] = partOf(name, value)),
}

function tableOf(settings: Settings, lists: Lists, batchSize: number): RowSettingsTable {
  for (const [name, list] of lists) requirePerRow(name, list, batchSize)
  const words = new Uint32Array(SETTINGS_WORDS * batchSize)
  const table = { words, floats: new Float32Array(words.buffer) }
  const one = emptySettings()
  for (let row = 0; row < batchSize; row++)
    writeSettings(table, row * SETTINGS_WORDS, settingsOfRow(one, settings, row))
  for (const [name, list] of lists)
    for (let row = 0; row < batchSize; row++) WRITES[name](table, row * SETTINGS_WORDS, `${name}[${row}]`, list[row])
  return table
}

export function emptySettings(): RowSettings {
  return { temperature: 0, tau: 0, seedLow: 0, seedHigh: 0, stream: 0, step: 0, topK: 0, topP: 1, minP: 0 }
}

/** Fills `out` for one row; the twin of `row_settings_of` in `shaders/shared/row_settings_*.wgsl`. */
export function settingsOfRow(out: RowSettings, settings: Settings, row: number): RowSettings {
  const { rows } = settings
  if (rows) {
    const at = row * SETTINGS_WORDS
    out.temperature = rows.floats[at]
    out.tau = rows.floats[at + 1]
    out.seedLow = rows.words[at + 2]
    out.seedHigh = rows.words[at + 3]
    out.stream = rows.words[at + 4]
    out.step = rows.words[at + 5]
    out.topK = rows.words[at + 6]
    out.topP = rows.floats[at + 7]
    out.minP = rows.floats[at + 8]
  } else {
    out.temperature = settings.temperature
    out.tau = settings.tau
    out.seedLow = settings.seedLow
    out.seedHigh = settings.seedHigh
    out.stream = settings.stream + row * settings.streamStride
    out.step = settings.step
    out.topK = settings.topK
    out.topP = settings.topP
    out.minP = settings.minP
  }
  return out
}

/** Whether some row's temperature or tau is 0, or may be, so that its samples are one-hot. */
export function hasOneHot({ temperature, tau, rows, buffers }: Settings): boolean {
  if (buffers?.temperature || buffers?.tau) return true
  if (!rows) return temperature === 0 || tau === 0
  for (let at = 0; at < rows.floats.length; at += SETTINGS_WORDS)
    if (rows.floats[at] === 0 || rows.floats[at + 1] === 0) return true
  return false
}

/** Whether some row's filters drop classes, or may. */
export function hasFilters({ topK, topP, minP, rows, buffers }: Settings): boolean {
  if (FILTER_OPTIONS.some((name) => buffers?.[name])) return true
  if (!rows) return filters({ topK, topP, minP })
  for (let at = 0; at < rows.floats.length; at += SETTINGS_WORDS)
    if (filters({ topK: rows.words[at + 6], topP: rows.floats[at + 7], minP: rows.floats[at + 8] })) return true
  return false
}

/** Whether some row has top-p and no top-k, or may. */
export function mayHaveTopPAlone({ topK, topP, rows, buffers }: Settings): boolean {
  const alone = (k: number, p: number) =>
    (k === 0 || buffers?.topK !== undefined) && (p < 1 || buffers?.topP !== undefined)
  if (!rows) return alone(topK, topP)
  for (let at = 0; at < rows.words.length; at += SETTINGS_WORDS)
    if (alone(rows.words[at + 6], rows.floats[at + 7])) return true
  return false
}

/** Whether each row's top-k is known and keeps at most so many classes. */
export function keepsFew({ topK, rows, buffers }: Settings, most: number): boolean {
  if (buffers?.topK) return false
  const few = (k: number) => k > 0 && k <= most
  if (!rows) return few(topK)
  for (let at = 0; at < rows.words.length; at += SETTINGS_WORDS) if (!few(rows.words[at + 6])) return false
  return true
}

/** Whether a row's filters drop any class. */
export function filters({ topK, topP, minP }: Pick<RowSettings, 'topK' | 'topP' | 'minP'>): boolean {
  return topK > 0 || topP < 1 || minP > 0
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
