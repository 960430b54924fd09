/** Which modules and constants a plan chooses for a kernel. */

import { BIAS, BITMASK, PENALIZED } from '../adjust/views'
import type { Output, Request } from '../operation'
import { type Geometry, isVector } from '../view'
import { type BindingName, type Bound, bound, together } from './bound'
import type { Kernel, Modules } from './kernel'
import { WORKGROUP_LANES } from './lanes'
import type { Slice, Work } from './plan'

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

/** What the work's logits are read from beside themselves, in the order in which it changes them. */
const ADJUSTED_BY = [
  { name: BIAS, binding: 'bias', module: 'adjust/bias' },
  { name: PENALIZED, binding: 'penalized', module: 'adjust/penalized' },
  { name: BITMASK, binding: 'bitmask', module: 'adjust/bitmask' },
] as const

/** How a kernel reads logits, with what the work adjusts them by, and what rows draw with. */
export function readModules({ views, request }: Work): Modules {
  const adjusted = ADJUSTED_BY.some(({ name }) => views[name])
  return {
    ...logitsModule(views.logits),
    ...(adjusted ? { 'shared/logits': 'adjust/logits', ...adjustModules(views) } : {}),
    ...settingsModule(request),
  }
}

function logitsModule(logits: Geometry): Modules {
  const plain = 'shared/logits_f32'
  if (logits.type === 'float32') return vectorModule(logits, plain)
  return {
    [plain]: isVector(logits) ? 'shared/logits_16x4' : 'shared/logits_16',
    ...(logits.type === 'bfloat16' ? { 'shared/float16': 'shared/bfloat16' } : {}),
  }
}

/** What is done to logits as they are read. */
export function adjustModules(views: Work['views']): Modules {
  const { logits, [BIAS]: bias } = views
  const modules: Modules = bias && isVector(logits) ? vectorModule(bias, 'adjust/bias') : {}
  for (const { name, module } of ADJUSTED_BY)
    if (!views[name]) modules[module] = module.replace('adjust/', 'adjust/no_')
  return modules
}

/** The views that logits are read from, of those of the work. */
export function readViews({ views }: Work): Record<string, Geometry> {
  const { logits } = views
  return {
    logits,
    ...Object.fromEntries(ADJUSTED_BY.flatMap(({ name }) => (views[name] ? [[name, views[name]]] : []))),
  }
}

/** The bindings that the logits of a slice are read from. */
export function readBound(work: Work, slice: Slice): Bound {
  const adjusted = ADJUSTED_BY.filter(({ name }) => work.views[name])
  return together(
    bound(work, slice, 'logits', 'logits'),
    ...adjusted.map(({ name, binding }) => bound(work, slice, name, binding)),
  )
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
  { name: 'remainders', binding: 'remainders', module: 'shared/remainder_out' },
  { name: 'maxima', binding: 'maxima', module: 'shared/maximum_out' },
  { name: 'sums', binding: 'log_sums', module: 'shared/sum_out' },
] as const satisfies readonly { name: Output['name']; binding: BindingName; module: string }[]

/**
 * Views in the place of `logProbs` that keep what is found of each draw, for kernels after it: with the sums of its row, or its class alone.
 * In step with `shaders/log_probs/found.wgsl`.
 */
export const FOUND = 'found odds'
export const FOUND_CLASSES = 'found classes'

function foundOf({ views }: Work): string | undefined {
  return [FOUND, FOUND_CLASSES].find((name) => views[name])
}

/** Modules that write what a draw gives: those of outputs that nobody wants write nothing. */
export function resultModules(work: Work): Modules {
  const { views, readBack } = work
  const modules: Modules = {}
  for (const { name, module } of RESULTS) if (!views[name]) modules[module] = module.replace('shared/', 'shared/no_')
  if (foundOf(work)) modules['shared/log_prob_out'] = 'log_probs/found_out'
  if (views.indices && readBack && !views.statuses) modules['shared/index_out'] = 'shared/index_or_status_out'
  return modules
}

/** The bindings of those that are wanted. */
export function resultsBound(work: Work, slice: Slice): Bound {
  const wanted = RESULTS.filter(({ name }) => work.views[name])
  const found = foundOf(work)
  const all = together(
    ...wanted.map(({ name, binding }) => bound(work, slice, name, binding)),
    ...(found ? [bound(work, slice, found, 'found_draws')] : []),
  )
  return {
    ...all,
    params: {
      ...all.params,
      indexWords: work.views.indices?.columns ?? 1,
      invalidIndex: work.request.invalidIndex >>> 0,
    },
  }
}

/** The `override` constants that all draws have. */
export function drawConstants({ views, request }: Work): Kernel['constants'] {
  const { logProbs, maxima, sums, [FOUND]: found } = views
  return { LOG_PROBS: Number((logProbs ?? found ?? maxima ?? sums) !== undefined), EXTENDED: Number(request.extended) }
}

/** The `override` constants of kernels for such rows. */
export function shortConstants({ numClasses }: Request, { draws }: Slice): Kernel['constants'] {
  return { LANES: 1, FOURS: Math.ceil(numClasses / 4), ONE_DRAW: Number(draws === 1) }
}

/** Bytes of a `Scan` in `shaders/shared/gather.wgsl`. */
export const SCAN_BYTES = 28
