/** What changes logits before a draw, from options to views that backends read. */

import { tagOf } from '../arrays'
import { isObject, isOne, requirePerRow, shown, whole } from '../checks'
import { readNames } from '../known_names'
import type { Request } from '../operation'
import { type View, type ViewSpec, inBuffer, inputView } from '../view'

/** Options of operations that take adjustments. */
export const ADJUSTMENTS = ['bitmask', 'bias', 'penalties']

/** Names of the views. */
export const BITMASK = 'bitmask'
export const BIAS = 'bias'
export const TOKENS = 'penalties.tokens'
export const PENALTY_ROWS = 'penalties.rows'
export const LENGTHS = 'penalties.lengths'
export const PROMPT_LENGTHS = 'penalties.promptLengths'
/** In scratch: what penalties make of the logits of rows, for kernels that read them. */
export const PENALIZED = 'penalized logits'
export const ADJUSTMENT_VIEWS = [BIAS, BITMASK, TOKENS, PENALTY_ROWS, LENGTHS, PROMPT_LENGTHS, PENALIZED]

/** The others of a work's views: draws of logits as they are given know nothing of these. */
export function unadjusted<T>(views: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(views).filter(([name]) => !ADJUSTMENT_VIEWS.includes(name)))
}

/** Words that a row is penalized with, in their order; in step with `shaders/adjust/penalties.wgsl`. */
export const PENALTY_FIELDS = ['repetition', 'inverse', 'frequency', 'presence', 'length', 'promptLength'] as const
export const PENALTY_WORDS = PENALTY_FIELDS.length

/** The word that a view of lengths is read into. */
export function penaltyWord(lengths: string): number {
  return PENALTY_FIELDS.indexOf(lengths === LENGTHS ? 'length' : 'promptLength')
}

const PENALTY_NAMES = ['tokens', 'lengths', 'promptLengths', 'repetition', 'frequency', 'presence']
/** Counts of tokens are exact in float32. */
const MOST_TOKENS = 2 ** 24
/** Repetition and its inverse are normal float32 numbers. */
const MIN_REPETITION = 1e-37
const MAX_REPETITION = 1e37
const MIN_NORMAL = 2 ** -126

/** What is looked at of a call. */
type Call = Pick<Request, 'batchSize' | 'numClasses' | 'given'>

/** Where adjustments may lie. */
interface How {
  onGpu: boolean
  recorded: boolean
}

/**
 * Checks what changes the logits of a call.
 * @throws RangeError, TypeError naming the parameter, its value and what it may be
 */
export function adjustmentsOf(request: Call, how: How): Record<string, View> {
  const { bitmask, bias, penalties } = request.given
  return {
    ...(bias === undefined ? {} : { [BIAS]: biasOf(bias, request, how) }),
    ...(bitmask === undefined ? {} : { [BITMASK]: bitmaskOf(bitmask, request, how) }),
    ...(penalties === undefined ? {} : penaltiesOf(penalties, request, how)),
  }
}

/** Options of a described call, from places where rows lie. */
export function placedAdjustments(
  { bitmask, bias, penalties }: Readonly<Record<string, unknown>>,
  placed: (name: string, place: unknown) => unknown,
): object {
  const places = { bitmask: placed(BITMASK, bitmask), bias: placed(BIAS, bias) }
  if (penalties === undefined) return places
  const given = readNames('penalties', penalties, PENALTY_NAMES)
  const tokens = placed(TOKENS, given.tokens ?? { length: 1 })
  return { ...places, penalties: { ...given, tokens } }
}

/** What messages call logits that are NaN or infinite: bias and penalties may have made them so. */
export function adjustedName(inputs: Readonly<Record<string, View>>): string {
  const names = [...(inputs[BIAS] ? ['bias'] : []), ...(inputs[TOKENS] ? ['penalties'] : [])]
  return names.length > 0 ? `logits with ${names.join(' and ')}` : 'logits'
}

/** What is common to views of which all rows may have one row. */
function sharedSpec(name: string, { batchSize }: Call, { onGpu }: How) {
  return { name, per: 'row', rows: batchSize, onGpu, strided: true, shared: true } as const
}

function requireRecordable(name: string, value: unknown, { recorded }: How): void {
  if (recorded && !inBuffer(value)) throw new TypeError(`${name} must be { buffer: GPUBuffer } to be recorded`)
}

/** A bare array is one row for all, or a row each. */
function rowsOf(spec: ViewSpec, value: unknown, each: string): View {
  if (tagOf(value) === undefined) return inputView(spec, value)
  const { name, columns, rows } = spec
  const { length } = value as ArrayLike<number>
  const one = length === columns
  inputView({ ...spec, rows: 0 }, value) // Refuses what is of another type before its length is looked at.
  if (!one && length !== rows * columns)
    throw new RangeError(
      `${name} has ${length} ${each}; it must have ${spec.columnsName ?? 'numClasses'} (${columns}), one row for all, or batchSize * ${columns} (${rows * columns}); wider rows need { data, rowStride }`,
    )
  return inputView(spec, one ? { data: value, rowStride: 0 } : value)
}

function bitmaskOf(value: unknown, request: Call, how: How): View {
  requireRecordable(BITMASK, value, how)
  const spec: ViewSpec = {
    ...sharedSpec(BITMASK, request, how),
    columns: Math.ceil(request.numClasses / 32),
    columnsName: 'ceil(numClasses / 32)',
    types: ['int32'],
    unsigned: true,
    forms: 'an Int32Array or Uint32Array, { data } of one, or { buffer: GPUBuffer }',
  }
  return rowsOf(spec, value, 'words')
}

function biasOf(value: unknown, request: Call, how: How): View {
  requireRecordable(BIAS, value, how)
  const spec: ViewSpec = {
    ...sharedSpec(BIAS, request, how),
    columns: request.numClasses,
    types: ['float32'],
    forms: 'a Float32Array, { data: Float32Array }, { classes, values } or { buffer: GPUBuffer }',
  }
  const sparse = isObject(value) && 'classes' in value
  return rowsOf(spec, sparse ? expanded(value, request) : value, 'values')
}

/** The row of biases of a few classes. */
function expanded(given: object, { numClasses }: Call): Float32Array {
  const { classes, values } = readNames(BIAS, given, ['classes', 'values']) as Record<string, ArrayLike<unknown>>
  for (const [name, list] of Object.entries({ classes, values }))
    if (!isObject(list) || typeof list.length !== 'number')
      throw new TypeError(`${BIAS}.${name} is ${shown(list)}; it must be a list of numbers`)
  if (values.length !== classes.length)
    throw new RangeError(`${BIAS}.values has ${values.length} values; it must have one a class (${classes.length})`)
  const row = new Float32Array(numClasses)
  const places = new Map<number, number>()
  for (let i = 0; i < classes.length; i++) {
    const c = whole(`${BIAS}.classes[${i}]`, classes[i], 0, numClasses - 1)
    if (places.has(c))
      throw new RangeError(
        `${BIAS}.classes[${i}] is ${c}, as is ${BIAS}.classes[${places.get(c)}]; each must be one class`,
      )
    places.set(c, i)
    const value = values[i]
    if (typeof value !== 'number') throw new TypeError(`${BIAS}.values[${i}] is ${shown(value)}; it must be a number`)
    row[c] = value
  }
  return row
}

function penaltiesOf(value: unknown, request: Call, how: How): Record<string, View> {
  const { tokens, ...given } = readNames('penalties', value, PENALTY_NAMES)
  requireRecordable(TOKENS, tokens, how)
  const history = tokensOf(tokens, request, how)
  const { batchSize } = request
  const words = new Int32Array(PENALTY_WORDS * batchSize)
  const floats = new Float32Array(words.buffer)
  const views: Record<string, View> = { [TOKENS]: history }
  for (const name of [LENGTHS, PROMPT_LENGTHS]) {
    const lengths = given[name.replace('penalties.', '')]
    if (!inBuffer(lengths)) continue
    views[name] = inputView(
      { name, per: 'row', rows: batchSize, columns: 1, types: ['int32'], onGpu: how.onGpu, strided: false },
      lengths,
    )
  }
  const { lengths = history.columns, promptLengths = 0, repetition = 1, frequency = 0, presence = 0 } = given
  // Those in buffers are read on the device, and clamped.
  const lengthOf = views[LENGTHS] ? () => history.columns : eachRow(LENGTHS, lengths, batchSize)
  const promptLengthOf = views[PROMPT_LENGTHS] ? () => 0 : eachRow(PROMPT_LENGTHS, promptLengths, batchSize)
  const factorOf = eachRow('penalties.repetition', repetition, batchSize, factor)
  const frequencyOf = eachRow('penalties.frequency', frequency, batchSize, finite)
  const presenceOf = eachRow('penalties.presence', presence, batchSize, finite)
  for (let r = 0; r < batchSize; r++) {
    const at = r * PENALTY_WORDS
    floats[at] = factorOf(r)
    floats[at + 1] = 1 / floats[at]
    floats[at + 2] = frequencyOf(r)
    floats[at + 3] = presenceOf(r)
    words[at + 4] = lengthOf(r, history.columns)
    words[at + 5] = promptLengthOf(r, words[at + 4])
  }
  if (history.columns === 0) return {} // Rows have no tokens.
  return {
    ...views,
    [PENALTY_ROWS]: {
      name: PENALTY_ROWS,
      type: 'int32',
      per: 'row',
      rows: batchSize,
      columns: PENALTY_WORDS,
      offset: 0,
      rowStride: PENALTY_WORDS,
      data: words,
    },
  }
}

function tokensOf(value: unknown, request: Call, how: How): View {
  const { batchSize } = request
  const spec = {
    ...sharedSpec(TOKENS, request, how),
    columnsName: `${TOKENS}.length`,
    types: ['int32'],
    forms: 'an Int32Array, { data: Int32Array, length } or { buffer: GPUBuffer, length }',
  } as const
  if (!isObject(value) || tagOf(value) !== undefined || !('data' in value || inBuffer(value))) {
    const { length } = (tagOf(value) === undefined ? [] : value) as ArrayLike<number>
    const columns = batchSize === 0 ? 0 : length / batchSize
    inputView({ ...spec, rows: 0, columns: 0 }, value)
    if (!Number.isInteger(columns))
      throw new RangeError(
        `${TOKENS} has ${length} values; it must have as many for each row of batchSize (${batchSize})`,
      )
    return inputView({ ...spec, columns: whole(`${TOKENS} a row`, columns, 0, MOST_TOKENS) }, value)
  }
  const names = ['data' in value ? 'data' : 'buffer', 'offset', 'rowStride', 'length']
  const { length, ...place } = readNames(TOKENS, value, names)
  return inputView({ ...spec, columns: whole(`${TOKENS}.length`, length, 0, MOST_TOKENS) }, place)
}

/** Gives one value, checked, for all rows, or that of each. */
function eachRow(
  name: string,
  value: unknown,
  batchSize: number,
  checked: (name: string, value: unknown, most: number) => number = (each, length, most) =>
    whole(each, length, 0, most),
): (row: number, most?: number) => number {
  if (isOne(value)) return (_, most = 0) => checked(name, value, most)
  const list = value as ArrayLike<unknown>
  requirePerRow(name, list, batchSize)
  return (row, most = 0) => checked(`${name}[${row}]`, list[row], most)
}

function factor(name: string, value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`${name} is ${typeof value}; it must be a number`)
  if (!(value >= MIN_REPETITION && value <= MAX_REPETITION))
    throw new RangeError(`${name} is ${value}; it must be from 1e-37 to 1e37`)
  return value
}

/** A finite number; what devices may flush is 0. */
function finite(name: string, value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`${name} is ${typeof value}; it must be a number`)
  const rounded = Math.fround(value)
  if (!Number.isFinite(rounded)) throw new RangeError(`${name} is ${value}; it must be a finite float32 number`)
  return Math.abs(rounded) < MIN_NORMAL ? 0 : rounded
}
