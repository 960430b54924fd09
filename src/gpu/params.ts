/** The fields of `Params` in `shaders/shared/params.wgsl`, in order; a test compares both. */
export const PARAMS_FIELDS = [
  'rows',
  'firstRow',
  'classes',
  'classOffset',
  'logitsOffset',
  'logitsStride',
  'numSamples',
  'firstDraw',
  'temperature',
  'tau',
  'seedLow',
  'seedHigh',
  'stream',
  'streamStride',
  'step',
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
  'zero',
] as const

export type Params = Record<Exclude<(typeof PARAMS_FIELDS)[number], 'zero'>, number>

export const PARAMS_BYTES = PARAMS_FIELDS.length * 4

const FLOATS: ReadonlySet<string> = new Set(['temperature', 'tau'])

/** Writes a `Params` to the begin of a buffer; fields that a dispatch does not have are 0. */
export function writeParams(into: ArrayBuffer, params: Partial<Params>): void {
  const words = new Uint32Array(into, 0, PARAMS_FIELDS.length)
  const floats = new Float32Array(into, 0, PARAMS_FIELDS.length)
  PARAMS_FIELDS.forEach((field, i) => {
    const value = field === 'zero' ? 0 : (params[field] ?? 0)
    if (FLOATS.has(field)) floats[i] = value
    else words[i] = value
  })
}
