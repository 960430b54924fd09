/** What a device does for a call, as data: dispatches in their order, with all that they bind. Pure: it runs in Node, with any limits. */

import type { Output, Request } from '../operation'
import { type Geometry, type Window, elementsThatFit, isVector, rowsThatFit, windowOf } from '../view'
import type { Kernel, Modules } from './kernel'
import type { Params } from './params'

/** What a device takes, and which plans suit it; tests force them. The draws are the same. */
export interface Limits {
  /** `maxStorageBufferBindingSize`. */
  bindingBytes: number
  /** Lanes agree through subgroups. */
  subgroups: boolean
  /** A GPU, which wants thousands of lanes, rather than a software adapter, which wants few workgroups and barriers. */
  wide: boolean
  /** Classes of all draws of one dispatch, at most, where a draw has no more. */
  work: number
  /** Lanes that share a row where rows are not split, in place of what the plan finds best; a power of two to 64. */
  lanes?: number
}

/** Rows of a call that are worked on together. */
export interface Work {
  /** Its batch are these rows. */
  request: Request
  /** Inputs, and outputs that are wanted, by name; the first of their rows are these rows'. */
  views: Readonly<Record<string, Geometry>>
  /** Results are read back, so that an index which would be -1 may say why. */
  readBack: boolean
  limits: Limits
}

/** A range of a view or of a scratch buffer, in bytes. */
export interface Range {
  of: string
  offset: number
  size: number
}

export interface Dispatch {
  kernel: Kernel
  params: Partial<Params>
  /** By the names that WGSL has, but for `params` and `row_settings`, which the runner binds. */
  bindings: Record<string, Range>
  /** Workgroups, at least. */
  workgroups: number
  /** Classes of all draws. */
  work: number
}

export interface Plan {
  dispatches: Dispatch[]
  /** Bytes of each scratch buffer, by name. */
  scratch: Record<string, number>
}

/** Draws of one dispatch: all of some rows, or some of one row; all classes, or some of them. */
export interface Slice {
  firstRow: number
  rows: number
  /** Of each row. */
  firstDraw: number
  draws: number
  firstClass: number
  classes: number
  /** Workgroups that share a row, in this dispatch. */
  parts: number
  /** Parts of the row before these. */
  firstPart: number
}

export const WORKGROUP_LANES = 64
/** Classes of all draws of one dispatch: within a second or three even on a software adapter, so that no watchdog ends it. */
export const MOST_WORK = 2 ** 27
/** Groups of eight classes that a lane should have, so that its noise bound warms up. */
export const GROUPS_A_LANE = 8
/**
 * Groups that a lane may have at most: llvmpipe ends all loops of an invocation, without a word, after 65,535 turns in all, and a
 * group takes up to some twenty.
 */
export const MOST_GROUPS_A_LANE = 2048
/** Groups that a part of a row should have at least. */
const GROUPS_A_PART = 256
/** Workgroups that keep a large GPU, or a software adapter, busy; with fewer rows, rows get more lanes, or are split. */
const ENOUGH_WORKGROUPS = { wide: 1024, narrow: 4 }
/** Lanes that share a row where there are rows enough: on software adapters none waits for others at barriers. */
const MOST_LANES = { wide: 64, narrow: 1 }
const MOST_WORKGROUPS = 65535

export function widthOf({ limits }: Work): 'wide' | 'narrow' {
  return limits.wide ? 'wide' : 'narrow'
}

export function enoughWorkgroups(work: Work): number {
  return ENOUGH_WORKGROUPS[widthOf(work)]
}

export function groupsOf({ numClasses }: Pick<Request, 'numClasses'>): number {
  return Math.ceil(numClasses / 8)
}

/** Lanes that have enough groups each, or more where there are too few rows to keep the device busy. */
export function lanesOf(work: Work, groupsALane = GROUPS_A_LANE): number {
  const { limits, request } = work
  if (limits.lanes) return limits.lanes
  const groups = groupsOf(request)
  const most = MOST_LANES[widthOf(work)]
  const busy = (enoughWorkgroups(work) * WORKGROUP_LANES) / (request.batchSize * request.numSamples)
  let lanes = 1
  const wanted = () =>
    (lanes < most && groups > lanes * groupsALane) || lanes < busy || groups > lanes * MOST_GROUPS_A_LANE
  while (lanes < WORKGROUP_LANES && groups > lanes && wanted()) lanes *= 2
  return lanes
}

/** Workgroups that share a row, where there are few rows and they are long. */
export function partsOf(work: Work, classes = work.request.numClasses): number {
  if (work.limits.lanes) return 1
  const groups = Math.ceil(classes / 8)
  const draws = work.request.batchSize * work.request.numSamples
  const busy = Math.floor(Math.min(enoughWorkgroups(work) / draws, groups / GROUPS_A_PART))
  return Math.max(busy, Math.ceil(groups / WORKGROUP_LANES / MOST_GROUPS_A_LANE))
}

/**
 * Slices of whole rows, as many as fit bindings and the bound of work; where the draws of a row do not, slices of its draws.
 * `drawBytes` is what a draw leaves in a scratch buffer.
 * @throws RangeError where a draw of a row does not fit
 */
export function slicesOf(work: Work, drawBytes = 0): Slice[] {
  const { request, views, limits } = work
  const { batchSize, numClasses, numSamples } = request
  let rowsFit = Infinity
  let drawsFit = Math.max(1, Math.floor(limits.work / numClasses))
  // What the parts of the longest row leave, 64 pieces of a thousand parts, is far less than any device's binding.
  if (drawBytes > 0) drawsFit = Math.min(drawsFit, Math.max(1, Math.floor(limits.bindingBytes / drawBytes)))
  for (const [name, view] of Object.entries(views)) {
    const fit = rowsThatFit(view, limits.bindingBytes)
    if (fit === 0)
      throw new RangeError(
        `numClasses is ${numClasses}; a row of ${name} must fit ${limits.bindingBytes} bytes on this device (maxStorageBufferBindingSize)`,
      )
    if (view.per === 'row') rowsFit = Math.min(rowsFit, fit)
    else drawsFit = Math.min(drawsFit, fit)
  }
  const whole = { firstClass: 0, classes: numClasses, parts: 1, firstPart: 0 }
  const slices: Slice[] = []
  if (drawsFit >= numSamples) {
    const step = Math.min(rowsFit, Math.floor(drawsFit / numSamples))
    for (let firstRow = 0; firstRow < batchSize; firstRow += step)
      slices.push({ ...whole, firstRow, rows: Math.min(step, batchSize - firstRow), firstDraw: 0, draws: numSamples })
  } else
    for (let firstRow = 0; firstRow < batchSize; firstRow++)
      for (let firstDraw = 0; firstDraw < numSamples; firstDraw += drawsFit)
        slices.push({ ...whole, firstRow, rows: 1, firstDraw, draws: Math.min(drawsFit, numSamples - firstDraw) })
  return slices
}

/** Where a view is bound: the name in WGSL, and the fields of Params that say where its first row begins and the next one. */
const PLACES = {
  logits: { begin: 'logitsOffset', stride: 'logitsStride' },
  indices: { begin: 'indexOffset' },
  given_indices: { begin: 'indexOffset' },
  densities: { begin: 'indexOffset' },
  log_probs: { begin: 'logProbOffset' },
  scores: { begin: 'scoreOffset' },
  statuses: { begin: 'statusOffset' },
  grad_tau: { begin: 'gradTauOffset' },
  grad_temperature: { begin: 'gradTemperatureOffset' },
  rows_in: { begin: 'rowsInOffset', stride: 'rowsInStride' },
  soft_samples: { begin: 'softOffset', stride: 'softStride' },
  rows_out: { begin: 'rowsOutOffset', stride: 'rowsOutStride' },
  sums: { begin: 'rowsOutOffset', stride: 'rowsOutStride' },
} as const satisfies Record<string, { begin: keyof Params; stride?: keyof Params }>

export type BindingName = keyof typeof PLACES

/** What a dispatch binds, with the parameters that say where in its bindings things begin. */
export interface Bound {
  bindings: Record<string, Range>
  params: Partial<Params>
}

/** The binding of a range by name. */
export function boundAt(binding: BindingName, of: string, window: Window, rowStride = 0): Bound {
  const { offset, size, begin } = window
  const places: { begin: keyof Params; stride?: keyof Params } = PLACES[binding]
  return {
    bindings: { [binding]: { of, offset, size } },
    params: { [places.begin]: begin, ...(places.stride ? { [places.stride]: rowStride } : {}) },
  }
}

/** A slice's rows of a view, bound. */
export function bound({ views, request }: Work, slice: Slice, name: string, binding: BindingName): Bound {
  const view = views[name]
  const [first, count] =
    view.per === 'row'
      ? [slice.firstRow, slice.rows]
      : [slice.firstRow * request.numSamples + slice.firstDraw, slice.rows * slice.draws]
  const split = name === 'logits' && slice.classes < view.columns
  const window = split ? windowOf(view, first, count, slice.firstClass, slice.classes) : windowOf(view, first, count)
  // What follows the last row is not read, however far it is.
  return boundAt(binding, name, window, count === 1 ? view.columns : view.rowStride)
}

export function together(...all: readonly Bound[]): Bound {
  return {
    bindings: Object.assign({}, ...all.map(({ bindings }) => bindings)),
    params: Object.assign({}, ...all.map(({ params }) => params)),
  }
}

/** A dispatch of a slice. */
export function dispatchOf(
  { request }: Work,
  slice: Slice,
  kernel: Kernel,
  workgroups: number,
  { bindings, params }: Bound,
): Dispatch {
  return {
    kernel,
    workgroups,
    bindings,
    work: slice.rows * slice.draws * slice.classes,
    params: {
      rows: slice.rows,
      firstRow: slice.firstRow,
      numSamples: slice.draws,
      firstDraw: slice.firstDraw,
      classes: slice.classes,
      classOffset: request.classOffset + slice.firstClass,
      parts: slice.parts,
      firstPart: slice.firstPart,
      totalParts: slice.parts,
      ...params,
    },
  }
}

/** How the lanes of a row agree: there is one, or through workgroup memory, or through subgroups first. */
export function reduceModule({ limits }: Work, lanes: number): Modules {
  const plain = 'shared/reduce_workgroup'
  if (lanes === 1) return { [plain]: 'shared/reduce_lane' }
  return limits.subgroups && lanes === WORKGROUP_LANES ? { [plain]: 'shared/reduce_subgroup' } : {}
}

/** Four elements at a time, where rows are aligned to four. */
export function vectorModule(view: Geometry, plain: string): Modules {
  return isVector(view) ? { [plain]: `${plain}x4` } : {}
}

/** How a kernel reads logits, and what rows draw with. */
export function readModules({ views, request }: Work): Modules {
  return { ...vectorModule(views.logits, 'shared/logits_f32'), ...settingsModule(request) }
}

export function settingsModule({ settings }: Pick<Request, 'settings'>): Modules {
  return settings.rows ? { 'shared/row_settings_uniform': 'shared/row_settings_buffer' } : {}
}

/** Outputs of draws, by their names in options and in WGSL, with the modules that write them. */
const RESULTS = [
  { name: 'indices', binding: 'indices', module: 'shared/index_out' },
  { name: 'logProbs', binding: 'log_probs', module: 'shared/log_prob_out' },
  { name: 'scores', binding: 'scores', module: 'shared/score_out' },
  { name: 'statuses', binding: 'statuses', module: 'shared/status_out' },
] as const satisfies readonly { name: Output['name']; binding: BindingName; module: string }[]

/** Modules that write what a draw gives: those of outputs that nobody wants write nothing. */
export function resultModules({ views, readBack }: Work): Modules {
  const modules: Modules = {}
  for (const { name, module } of RESULTS) if (!views[name]) modules[module] = module.replace('shared/', 'shared/no_')
  if (views.indices && readBack && !views.statuses) modules['shared/index_out'] = 'shared/index_or_status_out'
  return modules
}

/** The bindings of those that are wanted. */
export function resultsBound(work: Work, slice: Slice): Bound {
  const wanted = RESULTS.filter(({ name }) => work.views[name])
  const all = together(...wanted.map(({ name, binding }) => bound(work, slice, name, binding)))
  return { ...all, params: { ...all.params, indexWords: work.views.indices?.columns ?? 1 } }
}

/** The `override` constants that all draws have. */
export function drawConstants({ views, request }: Work): Kernel['constants'] {
  return { LOG_PROBS: Number(views.logProbs !== undefined), EXTENDED: Number(request.extended) }
}

/** Classes of a row up to which a lane alone is faster with a guess at all noise than with bounds of it: see contest.wgsl. */
export const SHORT_CLASSES = 128

/** Whether a lane draws each row without scores, which take all of the winner's word. */
export function isShort({ views, request }: Work, lanes: number): boolean {
  return lanes === 1 && request.numClasses <= SHORT_CLASSES && !views.scores
}

/** The `override` constants of kernels for such rows. */
export function shortConstants({ numClasses }: Request, { draws }: Slice): Kernel['constants'] {
  return { LANES: 1, FOURS: Math.ceil(numClasses / 4), ONE_DRAW: Number(draws === 1) }
}

/** Bytes of a `Scan` in `shaders/shared/gather.wgsl`. */
export const SCAN_BYTES = 24

/** Classes that a binding and a dispatch take of one row. */
export function mostClasses({ views, limits }: Work): number {
  return Math.min(elementsThatFit(views.logits, limits.bindingBytes), Math.max(limits.work, 8))
}

/** Workgroup counts in two dimensions for at least `count` workgroups; kernels number them row by row. */
export function workgroupsOf(count: number): [number, number] {
  const x = Math.min(count, MOST_WORKGROUPS)
  return [x, Math.ceil(count / x)]
}
