import { type Bound, bound, dispatchOf, together } from '../../gpu/bound'
import {
  GROUPS_A_LANE,
  WORKGROUP_LANES,
  groupsOf,
  isShort,
  lanesOf,
  partsOf,
  widthOf,
  workgroupOf,
} from '../../gpu/lanes'
import {
  SCAN_BYTES,
  drawConstants,
  readBound,
  readModules,
  reduceModule,
  resultModules,
  resultsBound,
  settingsModule,
  shortConstants,
  vectorModule,
} from '../../gpu/modules'
import type { Dispatch, Plan, Slice, Work } from '../../gpu/plan'
import { slicesOf } from '../../gpu/slices'
import type { Kernel, Modules } from '../../gpu/kernel'
import { hasOneHot } from '../../settings'
import type { Geometry } from '../../view'

/** Groups of eight classes that a lane can hold in registers, in step with gumbel_softmax/held.wgsl. */
const MOST_HELD_GROUPS = 4
/**
 * The same on software adapters, which take a second or more to compile a kernel that holds four: of lanes alone, and of those that meet
 * at barriers, which run as fast without holding.
 */
const QUICKLY_HELD_GROUPS = { alone: 2, together: 1 }
/** Classes of all draws from which on lanes alone save more by holding four groups than their compilation costs, in a hundred calls. */
const MANY_CLASSES = 2 ** 19
/** Groups that a lane should hold: on GPUs more lanes and less code. */
const HELD_GROUPS = { wide: 2, narrow: 4 }

/** How the lanes of rows that are not split go through them. */
export interface Held {
  lanes: number
  /** Vectors of four classes that each lane holds; 0 where rows are too long to hold. */
  fours: number
}

export function heldOf(work: Work): Held {
  const lanes = lanesOf(work, HELD_GROUPS[widthOf(work)])
  const groups = Math.ceil(groupsOf(work.request) / lanes)
  // A lane alone knows that the second half of its last group is past the row's end.
  const fours = lanes === 1 ? Math.ceil(work.request.numClasses / 4) : 2 * groups
  return { lanes, fours: groups > mostHeld(work, lanes) ? 0 : fours }
}

function mostHeld({ limits, request }: Work, lanes: number): number {
  const many = request.batchSize * request.numSamples * request.numClasses >= MANY_CLASSES
  if (limits.wide || (lanes === 1 && many)) return MOST_HELD_GROUPS
  return QUICKLY_HELD_GROUPS[lanes === 1 ? 'alone' : 'together']
}

/** How a kernel writes rows of results. */
export function rowsOutModule(view: Geometry): Modules {
  const plain = 'shared/rows_out_f32'
  return view.type === 'float16' ? { [plain]: 'shared/rows_out_f16' } : vectorModule(view, plain)
}

/** The output that relaxed samples go to. */
function nameOfSamples({ request }: Work): 'logSamples' | 'samples' {
  return request.logSamples ? 'logSamples' : 'samples'
}

/** How a kernel writes samples, or their logarithms. */
function samplesModules(work: Work): Modules {
  return {
    ...rowsOutModule(work.views[nameOfSamples(work)]),
    ...(work.request.logSamples ? { 'gumbel_softmax/samples_out': 'gumbel_softmax/log_samples_out' } : {}),
  }
}

/** Gumbel-softmax: lanes hold short rows, go twice through long ones; long rows, where they are few, are split. */
export function planGumbelSoftmax(work: Work): Plan {
  const { request } = work
  // Where tau is 0 for all rows, soft samples are hard ones.
  const hard = request.hard || (!request.settings.rows && request.settings.tau === 0)
  const parts = partsOf(work)
  if (parts > 1) {
    const slices = slicesOf(work, SCAN_BYTES * parts)
    const most = Math.max(...slices.map(({ rows, draws }) => rows * draws))
    const planned = hard ? hardParts : softParts
    return {
      dispatches: slices.flatMap((slice) => planned(work, { ...slice, parts })),
      scratch: { partials: SCAN_BYTES * most * parts },
    }
  }
  return { dispatches: slicesOf(work).map((slice) => wholeRows(work, slice, hard)), scratch: {} }
}

function constantsOf(work: Work): Kernel['constants'] {
  return { ...drawConstants(work), ONE_HOT: Number(hasOneHot(work.request.settings)), REMAINDERS: 1 }
}

function wholeRows(work: Work, slice: Slice, hard: boolean): Dispatch {
  const { request } = work
  const { lanes, fours } = hard ? { lanes: lanesOf(work, GROUPS_A_LANE), fours: 0 } : heldOf(work)
  const [name, rows] = hard
    ? isShort(work, lanes)
      ? (['hard_short', shortConstants(request, slice)] as const)
      : (['hard', { LANES: lanes }] as const)
    : fours > 0
      ? (['held', { LANES: lanes, FOURS: fours }] as const)
      : (['long', { LANES: lanes }] as const)
  const tasks = slice.rows * slice.draws
  const WORKGROUP = workgroupOf(work, lanes, tasks)
  const kernel = {
    name: `gumbel_softmax/${name}`,
    modules: {
      ...readModules(work),
      ...reduceModule(work, lanes),
      ...samplesModules(work),
      ...resultModules(work),
    },
    constants: { ...constantsOf(work), ...rows, WORKGROUP },
  }
  const all = together(logits(work, slice), samples(work, slice), resultsBound(work, slice))
  return dispatchOf(work, slice, kernel, Math.ceil((tasks * lanes) / WORKGROUP), all)
}

function logits(work: Work, slice: Slice): Bound {
  return readBound(work, slice)
}

function samples(work: Work, slice: Slice): Bound {
  return bound(work, slice, nameOfSamples(work), 'rows_out')
}

/** What parts find of a slice's draws. */
function partials({ rows, draws, parts }: Slice): Bound {
  const size = SCAN_BYTES * rows * draws * parts
  return { bindings: { partials: { of: 'partials', offset: 0, size } }, params: {} }
}

function hardParts(work: Work, slice: Slice): Dispatch[] {
  const reduce = reduceModule(work, WORKGROUP_LANES)
  const constants = constantsOf(work)
  const count = slice.rows * slice.draws * slice.parts
  const part = { name: 'sample/draw_part', modules: { ...readModules(work), ...reduce }, constants }
  const modules = {
    ...settingsModule(work.request),
    ...reduce,
    ...samplesModules(work),
    ...resultModules(work),
  }
  const finish = { name: 'gumbel_softmax/hard_finish', modules, constants }
  const finishes = together(samples(work, slice), partials(slice), resultsBound(work, slice))
  return [
    dispatchOf(work, slice, part, count, together(logits(work, slice), partials(slice))),
    dispatchOf(work, slice, finish, count, finishes),
  ]
}

function softParts(work: Work, slice: Slice): Dispatch[] {
  const rowsOut = samplesModules(work)
  const modules = { ...readModules(work), ...reduceModule(work, WORKGROUP_LANES), ...rowsOut }
  const constants = constantsOf(work)
  const count = slice.rows * slice.draws * slice.parts
  const both = together(logits(work, slice), samples(work, slice), partials(slice))
  const part = { name: 'gumbel_softmax/part', modules, constants }
  const finish = { name: 'gumbel_softmax/finish', modules: { ...modules, ...resultModules(work) }, constants }
  return [
    dispatchOf(work, slice, part, count, both),
    dispatchOf(work, slice, finish, count, together(both, resultsBound(work, slice))),
  ]
}
