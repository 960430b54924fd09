/** What rows draw with: temperature, tau, seed, stream, step and filters, one value for all rows or one a row. */

import type { View } from './view'

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
type Field = (typeof SETTINGS_FIELDS)[number]
/** Words of a row: structures with a vec2 lie at multiples of two words. */
export const SETTINGS_WORDS = Math.ceil(SETTINGS_FIELDS.length / 2) * 2

export type RowSettings = Record<Field, number>

/**
 * What all rows draw with. A row r has stream `stream + r * streamStride`, unless `rows` says otherwise.
 * In step with `shaders/shared/row_settings_uniform.wgsl`.
 */
export interface Settings extends RowSettings {
  streamStride: 0 | 1
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

/** What values may be; in step with `KIND` in `shaders/row_settings/take.wgsl`, which has the same order. */
export const KINDS = ['scale', 'part', 'count', 'word', 'seed'] as const
export type Kind = (typeof KINDS)[number]

export interface Setting {
  /** Where it lies in a row: of a seed its low word, which the high one follows. */
  field: Field
  kind: Kind
  /** What it is where it is left out. */
  otherwise: number
  /** Whether a recording may read it from a buffer. */
  inBuffers?: true
  /** Whether it drops classes, so that only draws have it. */
  filters?: true
}

/** The options that one value, or one a row, may be given for. Those in buffers are read in this order: a tau out of range marks the temperature. */
export const SETTINGS: Readonly<Record<string, Setting>> = {
  temperature: { field: 'temperature', kind: 'scale', otherwise: 1, inBuffers: true },
  tau: { field: 'tau', kind: 'scale', otherwise: 1, inBuffers: true },
  seed: { field: 'seedLow', kind: 'seed', otherwise: 0, inBuffers: true },
  streams: { field: 'stream', kind: 'word', otherwise: 0 },
  step: { field: 'step', kind: 'word', otherwise: 0, inBuffers: true },
  topK: { field: 'topK', kind: 'count', otherwise: 0, inBuffers: true, filters: true },
  topP: { field: 'topP', kind: 'part', otherwise: 1, inBuffers: true, filters: true },
  minP: { field: 'minP', kind: 'part', otherwise: 0, inBuffers: true, filters: true },
}
const namesOf = (holds: (setting: Setting) => boolean) => Object.keys(SETTINGS).filter((name) => holds(SETTINGS[name]))

/** Options that the settings are made of. */
export const SETTINGS_OPTIONS = [...namesOf(({ filters }) => !filters), 'streamOffset']

/** Those of draws that drop classes, which other calls refuse. */
export const FILTER_OPTIONS = namesOf(({ filters }) => filters === true)

/** Settings that a recording may read from a buffer, one a row: elements of a row, of seeds two words, low first, and their type. */
export const IN_BUFFERS = namesOf(({ inBuffers }) => inBuffers === true).map((name) => {
  const { field, kind } = SETTINGS[name]
  return { name, field, kind, columns: kind === 'seed' ? 2 : 1, type: isFloat(kind) ? 'float32' : 'int32' } as const
})

function isFloat(kind: Kind): boolean {
  return kind === 'scale' || kind === 'part'
}

/** Where fields lie in a row's words. */
export const WORD_OF = Object.fromEntries(SETTINGS_FIELDS.map((field, i) => [field, i])) as RowSettings
const FLOATS: ReadonlySet<string> = new Set(
  Object.values(SETTINGS).flatMap(({ field, kind }) => (isFloat(kind) ? [field] : [])),
)

/** Writes what one row draws with to its words. */
export function writeSettings({ floats, words }: RowSettingsTable, at: number, row: RowSettings): void {
  SETTINGS_FIELDS.forEach((field, i) => ((FLOATS.has(field) ? floats : words)[at + i] = row[field]))
}

export function emptySettings(): RowSettings {
  return { temperature: 0, tau: 0, seedLow: 0, seedHigh: 0, stream: 0, step: 0, ...NO_FILTERS }
}

/** Fills `out` for one row; the twin of `row_settings_of` in `shaders/shared/row_settings_*.wgsl`. */
export function settingsOfRow(out: RowSettings, settings: Settings, row: number): RowSettings {
  const { rows } = settings
  if (rows) {
    const at = row * SETTINGS_WORDS
    out.temperature = rows.floats[at + WORD_OF.temperature]
    out.tau = rows.floats[at + WORD_OF.tau]
    out.seedLow = rows.words[at + WORD_OF.seedLow]
    out.seedHigh = rows.words[at + WORD_OF.seedHigh]
    out.stream = rows.words[at + WORD_OF.stream]
    out.step = rows.words[at + WORD_OF.step]
    out.topK = rows.words[at + WORD_OF.topK]
    out.topP = rows.floats[at + WORD_OF.topP]
    out.minP = rows.floats[at + WORD_OF.minP]
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

/** Whether some row holds a property; the rows are read one by one where any of their settings is one a row. */
function someRow(settings: Settings, holds: (row: RowSettings) => boolean): boolean {
  const { rows } = settings
  if (!rows) return holds(settings)
  const row = emptySettings()
  for (let r = 0; r < rows.words.length / SETTINGS_WORDS; r++) if (holds(settingsOfRow(row, settings, r))) return true
  return false
}

/** Whether some row's temperature or tau is 0, or may be, so that its samples are one-hot. */
export function hasOneHot(settings: Settings): boolean {
  const { buffers } = settings
  if (buffers?.temperature || buffers?.tau) return true
  return someRow(settings, ({ temperature, tau }) => temperature === 0 || tau === 0)
}

/** Whether some row's filters drop classes, or may. */
export function hasFilters(settings: Settings): boolean {
  return FILTER_OPTIONS.some((name) => settings.buffers?.[name]) || someRow(settings, filters)
}

/** Whether some row has top-p and no top-k, or may. */
export function mayHaveTopPAlone(settings: Settings): boolean {
  const { buffers } = settings
  return someRow(
    settings,
    ({ topK, topP }) => (topK === 0 || buffers?.topK !== undefined) && (topP < 1 || buffers?.topP !== undefined),
  )
}

/** Whether each row's top-k is known and keeps at most so many classes. */
export function keepsFew(settings: Settings, most: number): boolean {
  return !settings.buffers?.topK && !someRow(settings, ({ topK }) => topK === 0 || topK > most)
}

/** Filters that drop no class. */
export const NO_FILTERS = { topK: 0, topP: 1, minP: 0 }

/** Whether a row's filters drop any class. */
export function filters({ topK, topP, minP }: Pick<RowSettings, 'topK' | 'topP' | 'minP'>): boolean {
  return topK > 0 || topP < 1 || minP > 0
}
