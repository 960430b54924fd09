import type { Binding } from '../gpu/bindings'
import type { Bound } from './outputs'
import { ALIGNMENT } from './buffers'
import { NO_PARAMS } from './params'
import { type Slice, type SoftmaxPlan, WORKGROUP_LANES, sharesOfDraws } from './plan'
import {
  type Recording,
  bound,
  constantsOf,
  dispatch,
  logitsOf,
  outputModules,
  reduceModule,
  run,
  without,
} from './record'
import { type RowsPlace, bindRows, isAligned } from './rows'
import { type Kernel, modulesOf } from './shader'

/** Bytes of a `Found` in `shaders/gumbel_softmax_backward/found.wgsl`. */
const FOUND_BYTES = 32

/** Where a word a row goes: the binding, and the word of it for the batch's row 0. */
export interface WordsPlace {
  range: Bound
  first: number
}

export interface BackwardRecording extends Recording {
  plan: SoftmaxPlan
  /** From the recording's first row on. */
  gradSamples: RowsPlace
  /** The soft samples, where the caller has them: without, the noise is made again. */
  samples?: RowsPlace
  gradLogits: RowsPlace
  gradTau?: WordsPlace
  gradTemperature?: WordsPlace
}

/** Where results of tasks or of rows go: rows of `classes` values in a binding. */
interface Target {
  binding: GPUBufferBinding
  offset: number
  rowStride: number
  classes: number
}

type Name = 'logits' | 'tau' | 'temperature'

/** Records the dispatches of a plan for the gradient of Gumbel-softmax. */
export function recordGumbelSoftmaxBackward(recording: BackwardRecording): void {
  const { plan, request, gradTau, gradTemperature } = recording
  const { numSamples, numClasses } = request
  for (const slice of plan.slices) {
    const split = plan.totalParts > 1
    // Tasks of a row: its parts, or shares of its draws.
    const parts = split
      ? plan.totalParts
      : sharesOfDraws(slice.rows, plan.lanes, { numSamples, numClasses, wide: recording.context.wide })
    const tasks = slice.rows * parts
    const firstRow = recording.firstRow + slice.firstRow
    const results = new Map<Name, Target>([
      ['logits', rowsTarget(recording.gradLogits, firstRow, slice.rows, numClasses)],
    ])
    if (gradTau) results.set('tau', wordsTarget(gradTau, firstRow))
    if (gradTemperature) results.set('temperature', wordsTarget(gradTemperature, firstRow))

    // Tasks that share a result each leave their own, to be added up; parts of a row share no gradients of logits.
    const added = [...results].filter(([name]) => parts > 1 && !(split && name === 'logits'))
    const ranges = scratch(recording, [
      ...(split ? [FOUND_BYTES * tasks * numSamples] : []),
      ...added.map(([, { classes }]) => 4 * tasks * classes),
    ])
    const [found] = split ? ranges.splice(0, 1) : []
    const shares = ranges
    const targets = new Map(results)
    added.forEach(([name, { classes }], i) =>
      targets.set(name, { binding: shares[i], offset: 0, rowStride: classes, classes }),
    )

    dispatchTasks(recording, { ...slice, parts }, targets, found)
    added.forEach(([, result], i) => dispatchSum(recording, slice.rows, parts, shares[i], result))
  }
}

function dispatchTasks(
  recording: BackwardRecording,
  slice: Slice,
  targets: ReadonlyMap<Name, Target>,
  found: GPUBufferBinding | undefined,
): void {
  const { context, plan, request, outputs, gradSamples, samples } = recording
  const { numSamples, numClasses } = request
  const { lanes, heldFours } = plan
  const [out, tau, temperature] = [targets.get('logits')!, targets.get('tau'), targets.get('temperature')]
  const values = bindRows(gradSamples, slice.firstRow * numSamples, slice.rows * numSamples, numClasses)
  const given = samples && bindRows(samples, slice.firstRow * numSamples, slice.rows * numSamples, numClasses)
  const modules = {
    ...modulesOf({
      logits: plan.logits,
      reduce: reduceModule(context, lanes),
      rowsOut: isAligned(out, numClasses) ? 'rows_out_f32x4' : 'rows_out_f32',
      rowsIn: isAligned(gradSamples, numClasses) ? 'rows_in_f32x4' : 'rows_in_f32',
      softSamples: samples && isAligned(samples, numClasses) ? 'soft_samples_f32x4' : 'soft_samples_f32',
    }),
    ...outputModules(outputs),
    ...(tau ? {} : without('gumbel_softmax_backward/grad_tau_out')),
    ...(temperature ? {} : without('gumbel_softmax_backward/grad_temperature_out')),
  }
  const constants = {
    ...constantsOf(recording),
    LANES: lanes,
    FOURS: heldFours,
    SCALES: Number(targets.size > 1),
    ONE_DRAW: Number(numSamples === 1),
  }
  const places = {
    rowsOutOffset: out.offset,
    rowsOutStride: out.rowStride,
    rowsInOffset: values.offset,
    rowsInStride: gradSamples.rowStride,
    softOffset: given?.offset ?? 0,
    softStride: samples?.rowStride ?? 0,
    gradTauOffset: tau?.offset ?? 0,
    gradTemperatureOffset: temperature?.offset ?? 0,
  }
  const inputs: Binding[] = [logitsOf(recording, slice), ['rows_in', values.binding], ['rows_out', out.binding]]
  const results = bound([
    ['statuses', outputs.statuses],
    ['grad_tau', tau?.binding],
    ['grad_temperature', temperature?.binding],
  ])
  const record = (name: Kernel['name'], workgroups: number, bindings: Binding[]) =>
    dispatch(recording, { name, modules, constants }, slice, workgroups, bindings, places)
  const tasks = slice.rows * slice.parts

  if (found) {
    record('gumbel_softmax_backward/part', tasks * numSamples, [...inputs, ['partials', found]])
    record('gumbel_softmax_backward/finish', tasks, [...inputs, ['partials', found], ...results])
  } else {
    const count = Math.ceil((tasks * lanes) / WORKGROUP_LANES)
    const all = [...inputs, ...results]
    if (given) record('gumbel_softmax_backward/from_samples', count, [...all, ['soft_samples', given.binding]])
    else record(heldFours > 0 ? 'gumbel_softmax_backward/held' : 'gumbel_softmax_backward/long', count, all)
  }
}

function dispatchSum(
  recording: BackwardRecording,
  rows: number,
  parts: number,
  shares: GPUBufferBinding,
  { binding, offset, rowStride, classes }: Target,
): void {
  const params = { ...NO_PARAMS, rows, parts, classes, rowsOutOffset: offset, rowsOutStride: rowStride }
  const count = Math.ceil((rows * classes) / WORKGROUP_LANES)
  run(recording, { name: 'gumbel_softmax_backward/sum_parts', modules: {}, constants: {} }, params, count, [
    ['sums', binding],
    ['partials', shares],
  ])
}

/** Ranges of these sizes in bytes of one buffer that nothing else uses meanwhile. */
function scratch(recording: Recording, sizes: readonly number[]): GPUBufferBinding[] {
  let total = 0
  const offsets = sizes.map((size) => {
    const offset = total
    total += Math.ceil(size / ALIGNMENT) * ALIGNMENT
    return offset
  })
  if (total === 0) return []
  const buffer = recording.partials(total)
  return sizes.map((size, i) => ({ buffer, offset: offsets[i], size }))
}

function rowsTarget(place: RowsPlace, first: number, rows: number, classes: number): Target {
  return { ...bindRows(place, first, rows, classes), rowStride: place.rowStride, classes }
}

function wordsTarget({ range, first }: WordsPlace, row: number): Target {
  return { binding: range, offset: first + row, rowStride: 1, classes: 1 }
}
