/** What an operation is: its names, its inputs and outputs, its plan for a device and its twin on the CPU, all data and pure functions. */

import type { Plan, Work } from './gpu/plan'
import type { Settings } from './settings'
import type { ElementType, Geometry, HostView, View } from './view'

/** Sizes of a call: rows, classes of a row, draws of a row. */
export interface Shape {
  batchSize: number
  numClasses: number
  numSamples: number
  /** Of each row's most likely classes, how many are listed. Default none. */
  topLogProbs?: number
}

/** Options checked and brought to one form, which all backends draw from. */
export interface Request extends Shape {
  settings: Settings
  /** Number of the first class. */
  classOffset: number
  /** Words below 2^8 are refined by 32 more bits. */
  extended: boolean
  hard: boolean
  /** Samples that the call gives or reads, and those whose gradient it reads, are their logarithms. */
  logSamples: boolean
  /** A temperature or tau of 0 is refused. */
  relaxed: boolean
  /** What a recording writes where a draw has no index. */
  invalidIndex: number
  /** Rows without a distribution are marked rather than rejected. */
  markInvalid: boolean
  /** The options as they were given, each read once. */
  given: Readonly<Record<string, unknown>>
}

/** Something that a call reads or writes, by the name that options, results and messages have for it. */
interface Data {
  name: string
  per: 'row' | 'draw'
  columns: 'numClasses' | 'topLogProbs' | 1 | 2
  /** The first is the default. */
  types: readonly ElementType[]
}

export interface Input extends Data {
  /** It is an option, which may be left out. */
  optional?: true
}

/** Logits, which all operations but the noise read. */
export const LOGITS: Input = {
  name: 'logits',
  per: 'row',
  columns: 'numClasses',
  types: ['float32', 'float16', 'bfloat16'],
}

export interface Output extends Data {
  /** In calls that read results back; 'hidden' is read and not given. */
  call: 'always' | 'asked' | 'hidden' | 'never'
  /** Options that ask for it, where it is not the one of its own name. */
  askedBy?: readonly string[]
  /** Whether such an option's value, which it checks, asks for it; by default it is true or false. */
  asks?(name: string, value: unknown): boolean
  /** What its view in calls that record has beside a place. */
  viewNames?: readonly string[]
  /** The output that stands in its place where it is asked for. */
  unless?: string
  /** In calls that record. */
  encode: 'required' | 'optional' | 'never'
}

export type Results = Record<string, Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>>

/** What the CPU backend needs to know of an operation. */
export interface CpuOperation {
  /** Of the call, and of the one that records where there is one. */
  name: string
  encodeName?: string
  /** A seed is needed. */
  draws: boolean
  /** Options beside those that all operations have, and beside the names of inputs and outputs. */
  options: readonly string[]
  /** Those that only the call that records has. */
  encodeOptions?: readonly string[]
  /** A temperature or tau of 0 is refused, as it is wherever `logSamples` are asked for. */
  relaxed?: boolean
  inputs: readonly Input[]
  outputs: readonly Output[]
  /** What rows get that have no distribution or no result, for messages. */
  marked: string
  /** Inputs beside those, which options that are in no view of their own give; `recorded` ones lie in buffers, or are values a row. */
  views?(request: Request, how: { onGpu: boolean; recorded: boolean }): Record<string, View>
  /** Options of a described call for `views`, from places where rows lie. */
  placed?(given: Readonly<Record<string, unknown>>, placed: (name: string, place: unknown) => unknown): object
  /** What messages call the logits, where `views` change them. */
  logitsName?(inputs: Readonly<Record<string, View>>): string
  /** Refuses what all operations together do not. */
  check?(request: Request, inputs: Readonly<Record<string, View>>, wanted: ReadonlySet<string>): void
  /** The twin: results by name, and `statuses` of each row or draw where the operation has them. */
  compute(request: Request, inputs: Readonly<Record<string, HostView>>, wanted: ReadonlySet<string>): Results
  /** From what kernels write to results as `compute` gives them, where they differ. */
  read?(request: Request, results: Results): Results
  /** What a call gives, where it is not its results by name. */
  finish?(request: Request, results: Results): unknown
}

export interface Operation extends CpuOperation {
  /** The dispatches for some rows on a device. */
  plan(work: Work): Plan
}

/** An operation with its plan; a function, so that bundles of the synchronous calls, which plan nothing, leave plans out. */
export function withPlan(operation: CpuOperation, plan: Operation['plan']): Operation {
  return { ...operation, plan }
}

/** A checked call, which a backend answers. */
export interface Call<O extends CpuOperation = Operation> {
  operation: O
  request: Request
  inputs: Record<string, View>
  /** Outputs that are made, whether or not the caller sees them. */
  wanted: ReadonlySet<string>
}

/** Columns of an input or output in a call. */
export function columnsOf({ columns }: Pick<Data, 'columns'>, { numClasses, topLogProbs = 0 }: Shape): number {
  if (columns === 'topLogProbs') return topLogProbs
  return columns === 'numClasses' ? numClasses : columns
}

export function rowsOf({ per }: Pick<Data, 'per'>, { batchSize, numSamples }: Shape): number {
  return per === 'row' ? batchSize : batchSize * numSamples
}

/** Where results of our own lie, packed from element 0 on. */
export function resultGeometry(output: Output, shape: Shape): Geometry {
  const columns = columnsOf(output, shape)
  return {
    type: output.types[0],
    per: output.per,
    rows: rowsOf(output, shape),
    columns,
    offset: 0,
    rowStride: columns,
  }
}
