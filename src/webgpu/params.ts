/** The fields of `Params` in `shaders/shared/params.wgsl`, in order; a test compares both. */
export const PARAMS_FIELDS = [
  'rows',
  'firstRow',
  'classes',
  'classOffset',
  'logitsOffset',
  'rowStride',
  'numSamples',
  'firstDraw',
  'firstResult',
  'temperature',
  'tau',
  'seedLow',
  'seedHigh',
  'stream',
  'streamStride',
  'step',
  'indexWords',
  'indexOffset',
  'logProbOffset',
  'scoreOffset',
  'statusOffset',
  'rowsOutOffset',
  'rowsOutStride',
  'rowsInOffset',
  'rowsInStride',
  'softOffset',
  'softStride',
  'gradTauOffset',
  'gradTemperatureOffset',
  'parts',
  'firstPart',
  'totalParts',
  'zero',
] as const

export type Params = Record<Exclude<(typeof PARAMS_FIELDS)[number], 'zero'>, number>

export const PARAMS_BYTES = PARAMS_FIELDS.length * 4

/** For the fields that a kernel does not read. */
export const NO_PARAMS = Object.fromEntries(PARAMS_FIELDS.map((field) => [field, 0])) as Params

/** Writes a `Params` at a byte offset that is a multiple of 4. */
export function writeParams(into: ArrayBuffer, byteOffset: number, params: Params): void {
  const words = new Uint32Array(into, byteOffset, PARAMS_FIELDS.length)
  const floats = new Float32Array(into, byteOffset, PARAMS_FIELDS.length)
  PARAMS_FIELDS.forEach((field, i) => {
    if (field === 'zero') words[i] = 0
    else if (field === 'temperature' || field === 'tau') floats[i] = params[field]
    else words[i] = params[field]
  })
}
