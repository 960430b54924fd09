import { type RowSettings, SETTINGS_WORDS, writeSettings } from '../settings'

/** The fields of `Params` in `shaders/shared/params.wgsl` after its settings, in order; a test compares both. */
export const PARAMS_FIELDS = [
  'rows',
  'firstRow',
  'classes',
  'classOffset',
  'logitsOffset',
  'logitsStride',
  'numSamples',
  'firstDraw',
  'streamStride',
  'indexWords',
  'invalidIndex',
  'indexOffset',
  'logProbOffset',
  'scoreOffset',
  'statusOffset',
  'remainderOffset',
  'maximumOffset',
  'sumOffset',
  'rowsOutOffset',
  'rowsOutStride',
  'rowsInOffset',
  'rowsInStride',
  'softOffset',
  'softStride',
  'gradTauOffset',
  'gradTemperatureOffset',
  'addRows',
  'addScales',
  'parts',
  'firstPart',
  'totalParts',
  'biasOffset',
  'biasStride',
  'bitmaskOffset',
  'bitmaskStride',
  'tokensOffset',
  'tokensStride',
  'tokenCount',
  'penaltyOffset',
  'lengthsOffset',
  'penalizedOffset',
  'penalizedStride',
  'foundOffset',
  'topCount',
  'orderCount',
  'runGroups',
  'zero',
] as const

export type Params = Record<Exclude<(typeof PARAMS_FIELDS)[number], 'zero'>, number>

/** Words that settings take at the begin of `Params`: structures in uniforms end at multiples of 16 bytes. */
export const SETTINGS_SLOT = Math.ceil(SETTINGS_WORDS / 4) * 4

const WORDS = SETTINGS_SLOT + PARAMS_FIELDS.length

export const PARAMS_BYTES = Math.ceil(WORDS / 4) * 16

/** Writes a `Params` to the begin of a buffer; fields that a dispatch does not have are 0. */
export function writeParams(into: ArrayBuffer, settings: RowSettings | undefined, params: Partial<Params>): void {
  const words = new Uint32Array(into, 0, PARAMS_BYTES / 4)
  if (settings) writeSettings({ words, floats: new Float32Array(into, 0, PARAMS_BYTES / 4) }, 0, settings)
  PARAMS_FIELDS.forEach((field, i) => {
    words[SETTINGS_SLOT + i] = field === 'zero' ? 0 : (params[field] ?? 0)
  })
}
