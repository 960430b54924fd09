/** From what a caller gives to a checked call. */

import { flag, isObject, oneOf, whole } from './checks'
import { isArray } from './arrays'
import { readNames } from './known_names'
import {
  type Call,
  type Input,
  type CpuOperation,
  type Operation,
  type Output,
  type Request,
  type Shape,
  columnsOf,
  rowsOf,
} from './operation'
import { requireRelaxed, settingsOf } from './check_settings'
import { SETTINGS_OPTIONS } from './settings'
import { type View, type ViewSpec, inBuffer, inputView, outputView } from './view'

/** Options that every call may be given, so that one object serves all. */
const SHARED = ['batchSize', 'numClasses', 'hard', 'tail', 'numSamples', 'invalidRows', ...SETTINGS_OPTIONS]
const MAX_CLASSES = 0x80000000
const MAX_SAMPLES = 0x1000000
const MAX_ROWS = 0xffffffff
/** Classes that a device lists of a row, in step with `shaders/filter/blocks.wgsl`. */
const MOST_TOP = 512

/** Inputs of a call by name, unchecked. */
type Given = Readonly<Record<string, unknown>>

/**
 * Checks a call that reads its results back; `args` are its arguments before the options, by name. `onGpu` says whether inputs may
 * lie in GPU buffers.
 * @throws RangeError, TypeError naming the parameter, its value and what it may be
 */
export function callOf<O extends CpuOperation>(operation: O, args: Given, options: unknown, onGpu = true): Call<O> {
  const { inputs, outputs } = operation
  const asked = outputs.filter(({ call }) => call === 'asked').flatMap(namesThatAsk)
  const optional = inputs.flatMap(({ name, optional }) => (optional ? name : []))
  const given = readNames('options', options, [...SHARED, ...operation.options, ...optional, ...asked])
  const request = requestOf(operation, { ...given, ...args })
  const wanted = new Set(
    outputs
      .filter(
        (output) =>
          (output.call === 'always' && !(output.unless && given[output.unless])) ||
          output.call === 'hidden' ||
          (output.call === 'asked' && namesThatAsk(output).some((name) => (output.asks ?? flag)(name, given[name]))),
      )
      .map(({ name }) => name),
  )
  const views = {
    ...inputsOf(operation, request, request.given, onGpu),
    ...operation.views?.(request, { onGpu, recorded: false }),
  }
  operation.check?.(request, views, wanted)
  return { operation, request, inputs: views, wanted }
}

/** A checked call that records, with the views that it writes. */
export interface Recording extends Call {
  outputs: Record<string, View & { buffer: GPUBuffer }>
}

/**
 * Checks a call that records.
 * @throws RangeError, TypeError naming the parameter, its value and what it may be
 */
export function recordingOf(operation: Operation, options: unknown): Recording {
  const { inputs } = operation
  const outputs = operation.outputs.filter(({ encode }) => encode !== 'never')
  const names = [...inputs, ...outputs].map(({ name }) => name)
  const given = readNames('options', options, [
    ...SHARED,
    ...operation.options,
    ...(operation.encodeOptions ?? []),
    ...names,
  ])
  const request = requestOf(operation, given, true)
  for (const { name, optional } of inputs)
    if (!inBuffer(given[name]) && !(optional && given[name] === undefined))
      throw new TypeError(`${name} must be { buffer: GPUBuffer } to be recorded`)
  const views = {
    ...inputsOf(operation, request, given, true),
    ...operation.views?.(request, { onGpu: true, recorded: true }),
  }
  const written: Recording['outputs'] = {}
  for (const output of outputs)
    if ((output.encode === 'required' && !(output.unless && given[output.unless])) || given[output.name] !== undefined)
      written[output.name] = outputView({ ...specOf(output, request), more: output.viewNames }, given[output.name])
  const wanted = new Set(Object.keys(written))
  operation.check?.(request, views, wanted)
  return { operation, request, inputs: views, outputs: written, wanted }
}

function namesThatAsk({ name, askedBy }: Output): readonly string[] {
  return askedBy ?? [name]
}

/** Checks the sizes of a call. */
function shapeOf(given: Given): Shape {
  const numClasses = whole('numClasses', given.numClasses, 1, MAX_CLASSES)
  return {
    batchSize: whole('batchSize', given.batchSize ?? rowsIn(given.logits, numClasses), 0, MAX_ROWS),
    numClasses,
    numSamples: whole('numSamples', given.numSamples ?? 1, 1, MAX_SAMPLES),
    topLogProbs: topLogProbsOf(given.topLogProbs),
  }
}

/** How many classes are listed: an option of calls, in recordings part of a view. */
function topLogProbsOf(given: unknown): number {
  if (given === undefined) return 0
  if (!inBuffer(given)) return whole('topLogProbs', given, 1, MOST_TOP)
  return whole('topLogProbs.count', (given as { count?: unknown }).count, 1, MOST_TOP)
}

/** Rows of logits in a bare array, which needs no batchSize. */
function rowsIn(logits: unknown, numClasses: number): number | undefined {
  if (!isArray(logits)) return undefined
  const rows = logits.length / numClasses
  if (Number.isInteger(rows)) return rows
  throw new RangeError(
    `logits hold ${logits.length} elements; without batchSize they must be whole rows of numClasses (${numClasses})`,
  )
}

function requestOf({ draws, relaxed }: CpuOperation, given: Given, recorded = false): Request {
  const shape = shapeOf(given)
  const classOffset = whole('classOffset', given.classOffset ?? 0, 0, MAX_CLASSES - 8)
  if (classOffset % 8 !== 0) throw new RangeError(`classOffset is ${classOffset}; it must be a multiple of 8`)
  whole('numClasses', shape.numClasses, 1, MAX_CLASSES - classOffset)
  if (draws && given.seed === undefined) throw new TypeError('seed is undefined; it must be a bigint or a number')
  const logSamples = recorded && isObject(given.logSamples) ? true : flag('logSamples', given.logSamples)
  const hard = flag('hard', given.hard)
  if (logSamples && hard)
    throw new TypeError('hard is true beside logSamples; it must be false, as the logarithm of a 0 is no number')
  const settings = settingsOf(given, shape.batchSize, recorded)
  if (relaxed || logSamples) requireRelaxed(given)
  return {
    ...shape,
    settings,
    classOffset,
    extended: oneOf('tail', given.tail ?? 'standard', ['standard', 'extended']) === 'extended',
    hard,
    logSamples,
    relaxed: relaxed === true || logSamples,
    invalidIndex: whole('invalidIndex', given.invalidIndex ?? -1, -(2 ** 31), 2 ** 31 - 1),
    markInvalid: oneOf('invalidRows', given.invalidRows ?? 'reject', ['reject', 'mark']) === 'mark',
    given,
  }
}

function inputsOf({ inputs }: CpuOperation, request: Request, given: Given, onGpu: boolean): Record<string, View> {
  const views: Record<string, View> = {}
  for (const input of inputs)
    if (!input.optional || given[input.name] !== undefined)
      views[input.name] = inputView(specOf(input, request, onGpu), given[input.name])
  return views
}

function specOf(data: Input, shape: Shape, onGpu = true): ViewSpec {
  const { name, per, types, columns } = data
  return {
    name,
    per,
    types,
    onGpu,
    rows: rowsOf(data, shape),
    columns: columnsOf(data, shape),
    strided: columns === 'numClasses',
  }
}
