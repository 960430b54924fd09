import { type Bound, type BindingName, bound, boundAt, dispatchOf, together } from '../../gpu/bound'
import {
  MOST_GROUPS_A_LANE,
  WORKGROUP_LANES,
  enoughWorkgroups,
  groupsOf,
  lanesOf,
  partsOf,
  workgroupOf,
} from '../../gpu/lanes'
import { drawConstants, readBound, readModules, reduceModule, vectorModule } from '../../gpu/modules'
import type { Dispatch, Plan, Slice, Work } from '../../gpu/plan'
import { slicesOf } from '../../gpu/slices'
import type { Modules } from '../../gpu/kernel'
import { type Window, isVector } from '../../view'
import { type Held, heldOf } from '../gumbel_softmax/plan'

/** Bytes of a `Found` in `shaders/gumbel_softmax_backward/`. */
const FOUND_BYTES = 36
/** Draws of a row that a task should have at least, where tasks share them. */
const DRAWS_A_TASK = 8
/** Elements that tasks' shares of gradients may take. */
const SHARED_ELEMENTS = 2 ** 24
/** Tasks that share a row, at most: one lane adds up their shares in a loop, of which llvmpipe runs 65,535 turns. */
const MOST_TASKS = 2 ** 15

/** What a row gets, by its names in options, with the bindings and the modules that write it. */
const RESULTS = [
  { name: 'gradLogits', binding: 'rows_out', module: undefined },
  { name: 'gradTau', binding: 'grad_tau', module: 'gumbel_softmax_backward/grad_tau_out' },
  { name: 'gradTemperature', binding: 'grad_temperature', module: 'gumbel_softmax_backward/grad_temperature_out' },
  { name: 'statuses', binding: 'statuses', module: 'gumbel_softmax_backward/row_status_out' },
] as const satisfies readonly { name: string; binding: BindingName; module: string | undefined }[]

/**
 * The gradient of Gumbel-softmax. A task does a row, or a share of its draws; long rows, where they are few, are split. Tasks that
 * share a result each leave their own, to be added up; of statuses the largest counts. Where draws are too many for one dispatch, later ones add
 * to what the first wrote.
 */
export function planGumbelSoftmaxBackward(work: Work): Plan {
  const given = work.views.samples !== undefined
  const parts = given ? 1 : partsOf(work)
  const scratch: Record<string, number> = {}
  const dispatches: Dispatch[] = []
  const held = work.request.logSamples && given ? { lanes: lanesOf(work), fours: 0 } : heldOf(work)
  const perTask = drawsOfTask(work, parts > 1 ? { lanes: WORKGROUP_LANES * parts, fours: 0 } : held)
  const slices = slicesOf(work, parts > 1 ? FOUND_BYTES * parts : 0)
  for (const slice of slices.flatMap((each) => tasksOf(work, each, parts, perTask, held.lanes))) {
    const planned = planSlice(work, slice, parts > 1, held)
    dispatches.push(...planned.dispatches)
    for (const [name, bytes] of Object.entries(planned.scratch)) scratch[name] = Math.max(scratch[name] ?? 0, bytes)
  }
  return { dispatches, scratch }
}

/** Draws that a task goes through at most: llvmpipe counts the turns of all its loops, and noise may be made twice. */
function drawsOfTask({ request, views }: Work, { lanes, fours }: Held): number {
  const groups = Math.max(1, Math.ceil(groupsOf(request) / lanes))
  const turns = fours > 0 || views.samples ? 1 : 2
  return Math.max(1, Math.floor(MOST_GROUPS_A_LANE / (turns * groups)))
}

/** A slice with the tasks that share its rows, or several of a row and fewer draws each where tasks would be too many. */
function tasksOf(work: Work, slice: Slice, parts: number, perTask: number, lanes: number): Slice[] {
  const mostTasks = (rows: number) =>
    Math.max(1, Math.min(MOST_TASKS, Math.floor(SHARED_ELEMENTS / (rows * work.request.numClasses))))
  const mostDraws = (rows: number) => (parts > 1 ? perTask : perTask * mostTasks(rows))
  const slices = slice.draws > mostDraws(slice.rows) ? drawSlices(slice, mostDraws(1)) : [slice]
  if (parts > 1) return slices.map((each) => ({ ...each, parts }))
  return slices.map((each) => {
    const { rows, draws } = each
    const busy = (enoughWorkgroups(work) * WORKGROUP_LANES) / (lanes * rows)
    const tasks = Math.max(Math.min(busy, draws / DRAWS_A_TASK, mostTasks(rows)), Math.ceil(draws / perTask), 1)
    // No task without a draw.
    return { ...each, parts: Math.ceil(draws / Math.ceil(draws / Math.floor(tasks))) }
  })
}

/** The rows of a slice one by one, with at most so many draws each. */
function drawSlices(slice: Slice, most: number): Slice[] {
  return Array.from({ length: slice.rows }, (_, r) =>
    Array.from({ length: Math.ceil(slice.draws / most) }, (_, i) => ({
      ...slice,
      firstRow: slice.firstRow + r,
      rows: 1,
      firstDraw: slice.firstDraw + i * most,
      draws: Math.min(most, slice.draws - i * most),
    })),
  ).flat()
}

function planSlice(work: Work, slice: Slice, split: boolean, { lanes, fours }: Held): Plan {
  const { rows, draws, parts } = slice
  const tasks = rows * parts
  const WORKGROUP = split ? WORKGROUP_LANES : workgroupOf(work, lanes, tasks)
  const wanted = RESULTS.filter(({ name }) => work.views[name])
  // Parts of a row share no gradients of logits.
  const added = wanted.filter(({ name }) => parts > 1 && !(split && name === 'gradLogits'))
  const scratch: Record<string, number> = {}
  const results: Bound[] = []
  const sums: Dispatch[] = []
  let vectorOut = isVector(work.views.gradLogits)
  for (const { name, binding } of wanted) {
    const result = bound(work, slice, name, binding)
    if (!added.some((each) => each.name === name)) {
      results.push(result)
      continue
    }
    const { columns } = work.views[name]
    const share: Window = { offset: 0, size: 4 * tasks * columns, begin: 0 }
    scratch[name] = share.size
    if (name === 'gradLogits') vectorOut = columns % 4 === 0
    results.push(boundAt(binding, `scratch ${name}`, share, columns))
    sums.push(sum(work, slice, name, share))
  }
  const found: Bound = { bindings: {}, params: {} }
  if (split) {
    scratch.found = FOUND_BYTES * tasks * draws
    found.bindings.partials = { of: 'scratch found', offset: 0, size: scratch.found }
  }
  const inputs = together(
    readBound(work, slice),
    bound(work, slice, 'gradSamples', 'rows_in'),
    ...(work.views.samples ? [bound(work, slice, 'samples', 'soft_samples')] : []),
  )
  const kernel = (name: string, modules: Modules) => ({
    name: `gumbel_softmax_backward/${name}`,
    modules: {
      ...readModules(work),
      ...reduceModule(work, split ? WORKGROUP_LANES : lanes),
      ...vectorModule(work.views.gradSamples, 'shared/rows_in_f32'),
      ...(work.views.samples ? vectorModule(work.views.samples, 'shared/soft_samples_f32') : {}),
      ...(vectorOut ? { 'shared/rows_out_f32': 'shared/rows_out_f32x4' } : {}),
      ...modules,
    },
    constants: {
      ...drawConstants(work),
      LANES: split ? WORKGROUP_LANES : lanes,
      WORKGROUP,
      FOURS: fours,
      LOG_SAMPLES: Number(work.request.logSamples),
      SCALES: Number(work.views.gradTau !== undefined || work.views.gradTemperature !== undefined),
      ONE_DRAW: Number(draws === 1 && work.request.numSamples === 1),
    },
  })
  const out: Modules = {}
  for (const { name, module } of RESULTS) if (module && !work.views[name]) out[module] = module.replace('/', '/no_')
  const all = together(inputs, ...results)
  const later = slice.firstDraw > 0
  const shared = (name: string) => added.some((each) => each.name === name)
  const adds = {
    addRows: Number(later && !shared('gradLogits')),
    addScales: Number(later && parts === 1),
  }
  const run = (name: string, modules: Modules, workgroups: number, what: Bound) =>
    withParams(dispatchOf(work, slice, kernel(name, modules), workgroups, what), adds)
  const made = split
    ? [
        run('part', {}, tasks * draws, together(inputs, results[0], found)),
        run('finish', out, tasks, together(all, found)),
      ]
    : [run('whole', { ...out, ...drawModule(work, fours) }, Math.ceil((tasks * lanes) / WORKGROUP), all)]
  return {
    dispatches: [...made, ...sums],
    scratch: Object.fromEntries(Object.entries(scratch).map(([name, bytes]) => [`scratch ${name}`, bytes])),
  }
}

/** How the gradient of one draw is found: in a held row, where no other module is named. */
function drawModule({ views, request }: Work, fours: number): Modules {
  const fromSamples = request.logSamples ? 'from_log_samples' : fours > 0 ? 'from_held_samples' : 'from_samples'
  const way = views.samples ? fromSamples : fours > 0 ? 'held' : 'long'
  return way === 'held' ? {} : { 'gumbel_softmax_backward/draw_held': `gumbel_softmax_backward/draw_${way}` }
}

function withParams(dispatch: Dispatch, params: Dispatch['params']): Dispatch {
  return { ...dispatch, params: { ...dispatch.params, ...params } }
}

/** Adds up what tasks left of one gradient, or finds the largest of their statuses. */
function sum(work: Work, slice: Slice, name: string, share: Window): Dispatch {
  const { columns } = work.views[name]
  const result = bound(work, slice, name, 'sums')
  const shares = { bindings: { partials: { of: `scratch ${name}`, offset: 0, size: share.size } }, params: {} }
  const kernel = {
    name: 'gumbel_softmax_backward/sum_parts',
    modules: {},
    constants: { LARGEST: Number(name === 'statuses') },
  }
  const workgroups = Math.ceil((slice.rows * columns) / WORKGROUP_LANES)
  const all = dispatchOf(work, slice, kernel, workgroups, together(result, shares))
  return { ...withParams(all, { classes: columns, addRows: Number(slice.firstDraw > 0) }), work: 0 }
}
