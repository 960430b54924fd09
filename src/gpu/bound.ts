/** What a dispatch binds, and where in its bindings things begin. */

import { type Window, windowOf } from '../view'
import type { Kernel } from './kernel'
import type { Params } from './params'
import type { Dispatch, Range, Slice, Work } from './plan'

/** Where a view is bound: the name in WGSL, and the fields of Params that say where its first row begins and the next one. */
const PLACES = {
  logits: { begin: 'logitsOffset', stride: 'logitsStride' },
  indices: { begin: 'indexOffset' },
  given_indices: { begin: 'indexOffset' },
  densities: { begin: 'indexOffset' },
  log_probs: { begin: 'logProbOffset' },
  scores: { begin: 'scoreOffset' },
  statuses: { begin: 'statusOffset' },
  remainders: { begin: 'remainderOffset' },
  maxima: { begin: 'maximumOffset' },
  log_sums: { begin: 'sumOffset' },
  grad_tau: { begin: 'gradTauOffset' },
  grad_temperature: { begin: 'gradTemperatureOffset' },
  rows_in: { begin: 'rowsInOffset', stride: 'rowsInStride' },
  soft_samples: { begin: 'softOffset', stride: 'softStride' },
  rows_out: { begin: 'rowsOutOffset', stride: 'rowsOutStride' },
  sums: { begin: 'rowsOutOffset', stride: 'rowsOutStride' },
  kept_out: { begin: 'rowsOutOffset' },
  found_draws: { begin: 'foundOffset' },
  row_sums: { begin: 'sumOffset' },
  log_probs_out: { begin: 'logProbOffset' },
  kept_counts: { begin: 'rowsInOffset' },
  top_indices: { begin: 'indexOffset' },
  top_log_probs: { begin: 'logProbOffset' },
  takers: { begin: 'statusOffset' },
  bias: { begin: 'biasOffset', stride: 'biasStride' },
  bitmask: { begin: 'bitmaskOffset', stride: 'bitmaskStride' },
  penalized: { begin: 'penalizedOffset', stride: 'penalizedStride' },
  penalized_out: { begin: 'penalizedOffset', stride: 'penalizedStride' },
  tokens: { begin: 'tokensOffset', stride: 'tokensStride' },
  row_penalties: { begin: 'penaltyOffset' },
  row_penalties_out: { begin: 'penaltyOffset' },
  lengths_in: { begin: 'lengthsOffset' },
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
