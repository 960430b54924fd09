/** The fields of `Params` in `shaders/shared/params.wgsl`, in order; a test compares both. */
export const PARAMS_FIELDS = [
  'rows',
  'firstRow',
  'classes',
  'classOffset',
  'logitsOffset',
  'rowStride',
  'samples',
  'step',
  'seedLow',
  'seedHigh',
  'stream',
  'streamStride',
  'temperature',
  'tau',
  'rowParams',
  'indexWords',
  'indexOffset',
  'logProbOffset',
  'scoreOffset',
  'statusOffset',
  'samplesOffset',
  'samplesStride',
  'valuesOffset',
  'valuesStride',
  'givenOffset',
  'givenStride',
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

/** Flags of the override `OUTPUTS`. */
export const OUTPUT_INDICES = 16
export const OUTPUT_LOG_PROBS = 1
export const OUTPUT_SCORES = 2
export const OUTPUT_STATUSES = 4
export const OUTPUT_STATUS_IN_INDEX = 8
export const OUTPUT_GRAD_TAU = 32
export const OUTPUT_GRAD_TEMPERATURE = 64

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
