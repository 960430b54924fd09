/** What a decoder is made with, checked. */

import { BIAS, BITMASK, adjustmentsOf } from '../adjust/views'
import { callOf } from '../call'
import { settingsOf } from '../check_settings'
import { isObject, oneOf, shown, whole } from '../checks'
import { readNames } from '../known_names'
import { sample } from '../operations/sample/operation'
import { FILTER_OPTIONS, WORD_OF } from '../settings'
import { type HostView, type View, inBuffer } from '../view'
import type { DecoderOptions, NextOptions, RestartOptions } from './options'

const MAX_STEP = 0xffffffff
const MOST_TOKENS = 2 ** 24
const DRAW_NAMES = ['temperature', 'tail', ...FILTER_OPTIONS]
const NAMES = [
  ...DRAW_NAMES,
  'batchSize',
  'numClasses',
  'maxTokens',
  'seed',
  'step',
  'streams',
  'penalties',
  BITMASK,
  BIAS,
  'prompts',
  'maxPromptTokens',
  'stopTokens',
  'minTokens',
  'padToken',
  'indexType',
  'logProbs',
  'topLogProbs',
]
const PENALTY_NAMES = ['repetition', 'frequency', 'presence'] as const

/** Options in one form. */
export interface DecoderSettings {
  batchSize: number
  numClasses: number
  maxTokens: number
  maxPromptTokens: number
  step: number
  minTokens: number
  padToken: number
  stopTokens: Int32Array
  prompts: Int32Array[]
  /** Of each sequence, which restarts may change. */
  seeds: BigUint64Array<ArrayBuffer>
  streams: Uint32Array<ArrayBuffer>
  /** Options of every draw: temperature, filters, tail. */
  draws: object
  penalties: DecoderOptions['penalties']
  /** What changes the logits of each token, where `next` is given nothing else. */
  changes: Partial<Record<keyof NextOptions, HostView>>
  int64: boolean
  logProbs: boolean | 'raw'
  /** Most likely classes of each token that are listed. */
  topCount: number
}

/**
 * Checks the options of a decoder.
 * @throws RangeError, TypeError naming the parameter, its value and what it may be
 */
export function decoderSettingsOf(options: unknown): DecoderSettings {
  const given = readNames('options', options, NAMES)
  const batchSize = whole('batchSize', given.batchSize, 1, 2 ** 24)
  const numClasses = whole('numClasses', given.numClasses, 1, 2 ** 31 - 1)
  const maxTokens = whole('maxTokens', given.maxTokens, 1, MOST_TOKENS)
  const step = whole('step', given.step ?? 0, 0, MAX_STEP - maxTokens)
  if (given.seed === undefined) throw new TypeError('seed is undefined; it must be a bigint or a number')
  const own = ['seed', 'streams', 'temperature', ...FILTER_OPTIONS]
  const settings = settingsOf(Object.fromEntries(own.map((name) => [name, given[name]])), batchSize)
  const rows = settings.rows?.words
  const stopTokens = tokenList('stopTokens', given.stopTokens ?? [], numClasses)
  const prompts = promptsOf(given.prompts, batchSize)
  const longest = Math.max(0, ...prompts.map(({ length }) => length))
  const draws = Object.fromEntries(
    DRAW_NAMES.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  )
  const checked: DecoderSettings = {
    batchSize,
    numClasses,
    maxTokens,
    maxPromptTokens: whole('maxPromptTokens', given.maxPromptTokens ?? longest, longest, MOST_TOKENS - maxTokens),
    step,
    minTokens: whole('minTokens', given.minTokens ?? 0, 0, maxTokens),
    padToken: whole('padToken', given.padToken ?? 0, -(2 ** 31), 2 ** 31 - 1),
    stopTokens,
    prompts,
    seeds: BigUint64Array.from({ length: batchSize }, (_, r) =>
      rows
        ? BigInt(rows[WORD_OF.seedLow + r * (rows.length / batchSize)]) |
          (BigInt(rows[WORD_OF.seedHigh + r * (rows.length / batchSize)]) << 32n)
        : BigInt(settings.seedLow) | (BigInt(settings.seedHigh) << 32n),
    ),
    streams: Uint32Array.from({ length: batchSize }, (_, r) =>
      rows ? rows[WORD_OF.stream + r * (rows.length / batchSize)] : settings.stream + r * settings.streamStride,
    ),
    draws,
    penalties: penaltiesOf(given.penalties, batchSize, numClasses),
    changes: changesOf(given, batchSize, numClasses),
    int64: oneOf('indexType', given.indexType ?? 'int32', ['int32', 'int64']) === 'int64',
    ...logProbsOf(given, numClasses),
  }
  if (stopTokens.length === numClasses && checked.minTokens > 0)
    throw new RangeError(`stopTokens are all ${numClasses} classes; with minTokens some class must be none of them`)
  return checked
}

/** What `sample` says of log-probabilities, of one row. */
function logProbsOf({ logProbs, topLogProbs }: Readonly<Record<string, unknown>>, numClasses: number) {
  const options = { batchSize: 1, numClasses, seed: 0, logProbs, topLogProbs }
  const { request, wanted } = callOf(sample, { logits: { buffer: NO_LOGITS } }, options)
  const of = wanted.has('logProbs') && (logProbs as true | 'raw')
  return { logProbs: of, topCount: request.topLogProbs ?? 0 }
}

/** Stands for logits whose options alone are checked. */
const NO_LOGITS = { size: Infinity, usage: 128 }

function penaltiesOf(value: unknown, batchSize: number, numClasses: number): DecoderOptions['penalties'] {
  if (value === undefined) return undefined
  const penalties = readNames('penalties', value, PENALTY_NAMES)
  const tokens = new Int32Array(batchSize)
  adjustmentsOf(
    { batchSize, numClasses, given: { penalties: { ...penalties, tokens } } },
    { onGpu: false, recorded: false },
  )
  return penalties
}

/** Copies, which the caller may write over. */
function changesOf(given: Readonly<Record<string, unknown>>, batchSize: number, numClasses: number) {
  const changes = [BITMASK, BIAS].filter((name) => given[name] !== undefined)
  for (const name of changes)
    if (inBuffer(given[name]))
      throw new TypeError(`${name} is in a GPU buffer, which next and encodeNext take; it must be in host memory`)
  const own = Object.fromEntries(changes.map((name) => [name, given[name]]))
  const views = adjustmentsOf({ batchSize, numClasses, given: own }, { onGpu: false, recorded: false })
  return Object.fromEntries(
    Object.entries(views as Record<string, HostView>).map(([name, view]) => [
      name,
      { ...view, data: view.data.slice() as typeof view.data },
    ]),
  )
}

function promptsOf(value: unknown, count: number, name = 'prompts'): Int32Array[] {
  if (value === undefined) return Array.from({ length: count }, () => new Int32Array(0))
  const list = value as ArrayLike<unknown>
  if (!isObject(value) || list.length !== count)
    throw new RangeError(`${name} has ${shown(list?.length)} lists; it must have one a sequence (${count})`)
  // Tokens that are no class of this vocabulary, such as those of images, are no error: penalties do not count them.
  return Array.from(list, (tokens, i) => tokenList(`${name}[${i}]`, tokens, 2 ** 31))
}

function tokenList(name: string, value: unknown, end: number): Int32Array {
  const list = value as ArrayLike<unknown>
  if (!isObject(value) || typeof list.length !== 'number')
    throw new TypeError(`${name} is ${shown(value)}; it must be a list of tokens`)
  return Int32Array.from({ length: list.length }, (_, i) => whole(`${name}[${i}]`, list[i], 0, end - 1))
}

/** Checks what is appended: how many tokens of each row. */
export function appendedOf(
  { batchSize }: DecoderSettings,
  tokens: unknown,
  lengths: unknown,
): { room: number; lengths: Int32Array } {
  if (Object.prototype.toString.call(tokens) !== '[object Int32Array]')
    throw new TypeError(`tokens is ${shown(tokens)}; it must be an Int32Array`)
  const room = (tokens as Int32Array).length / batchSize
  if (!Number.isInteger(room))
    throw new RangeError(
      `tokens has ${(tokens as Int32Array).length} values; it must have as many for each row of batchSize (${batchSize})`,
    )
  if (lengths === undefined) return { room, lengths: new Int32Array(batchSize).fill(room) }
  const list = lengths as ArrayLike<unknown>
  if (!isObject(lengths) || list.length !== batchSize)
    throw new RangeError(`lengths has ${shown(list?.length)} values; it must have batchSize (${batchSize}) values`)
  return { room, lengths: Int32Array.from(list, (each, r) => whole(`lengths[${r}]`, each, 0, room)) }
}

/** New beginnings, one a row of `rows`. */
export interface Restarted {
  rows: number[]
  prompts: Int32Array[]
}

/** Checks new beginnings, and changes seeds and streams. */
export function restartedOf(settings: DecoderSettings, rows: unknown, options: RestartOptions = {}): Restarted {
  const list = rows as ArrayLike<unknown>
  if (!isObject(rows) || typeof list.length !== 'number')
    throw new TypeError(`rows is ${shown(rows)}; it must be a list of rows`)
  const places = Array.from(list, (row, i) => whole(`rows[${i}]`, row, 0, settings.batchSize - 1))
  const given = readNames('options', options, ['prompts', 'seeds', 'streams']) as RestartOptions
  const prompts = promptsOf(given.prompts, places.length)
  prompts.forEach(({ length }, i) => whole(`prompts[${i}].length`, length, 0, settings.maxPromptTokens))
  for (const [name, values] of Object.entries({ seeds: given.seeds, streams: given.streams }))
    if (values !== undefined && values.length !== places.length)
      throw new RangeError(`${name} has ${values.length} values; it must have one a row of rows (${places.length})`)
  const { rows: table } = settingsOf(
    {
      seed: given.seeds ?? places.map((row) => settings.seeds[row]),
      streams: given.streams ?? places.map((row) => settings.streams[row]),
    },
    places.length,
  )
  const words = places.length === 0 ? 0 : table!.words.length / places.length
  places.forEach((row, i) => {
    const at = i * words
    settings.seeds[row] =
      BigInt(table!.words[at + WORD_OF.seedLow]) | (BigInt(table!.words[at + WORD_OF.seedHigh]) << 32n)
    settings.streams[row] = table!.words[at + WORD_OF.stream]
  })
  return { rows: places, prompts }
}

/** What changes the logits of one token, of the names that `next` takes: its own, or else those of every token. */
export function nextOptionsOf(options: NextOptions = {}, ofEach: NextOptions = {}): NextOptions {
  const own = readNames('options', options, [BITMASK, BIAS]) as NextOptions
  return { bitmask: own.bitmask ?? ofEach.bitmask, bias: own.bias ?? ofEach.bias }
}

/** A view as callers give it. */
export function viewed({ name, data, buffer, type, offset, rowStride }: View): object {
  return { ...(data ? { data } : { buffer }), ...(name === 'logits' ? { type } : {}), offset, rowStride }
}
