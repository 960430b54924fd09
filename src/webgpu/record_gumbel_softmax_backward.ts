import type { Bound } from './outputs'
import { ALIGNMENT } from './buffers'
import { NO_PARAMS, OUTPUT_GRAD_TAU, OUTPUT_GRAD_TEMPERATURE } from './params'
import { type Slice, type SoftmaxPlan, WORKGROUP_LANES, sharesOfDraws } from './plan'
import { type Binding, type Recording, constantsOf, dispatch, logitsOf, reduceModule, run } from './record'
import { type RowsPlace, bindRows, isAligned } from './rows'
import { type Kernel, modulesOf } from './shader'

/** Bytes of a `Found` in `shaders/shared/backward.wgsl`. */
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
    const [found, ...shares] = scratch(recording, [
      split ? FOUND_BYTES * tasks * numSamples : 0,
      ...added.map(([, { classes }]) => 4 * tasks * classes),
    ])
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
  found: GPUBufferBinding,
): void {
  const { context, plan, request, outputs, gradSamples, samples } = recording
  const { numSamples, numClasses } = request
  const { lanes, heldFours } = plan
  const [out, tau, temperature] = [targets.get('logits')!, targets.get('tau'), targets.get('temperature')]
  const values = bindRows(gradSamples, slice.firstRow * numSamples, slice.rows * numSamples, numClasses)
  const given = samples && bindRows(samples, slice.firstRow * numSamples, slice.rows * numSamples, numClasses)
  const variant = {
    modules: modulesOf({
      logits: plan.logits,
      reduce: reduceModule(context, lanes),
      rowsOut: isAligned(out, numClasses) ? 'rows_out_f32x4' : 'rows_out_f32',
      rowsIn: isAligned(gradSamples, numClasses) ? 'rows_in_f32x4' : 'rows_in_f32',
      softSamples: samples && isAligned(samples, numClasses) ? 'soft_samples_f32x4' : 'soft_samples_f32',
    }),
    constants: {
      ...constantsOf(recording),
      OUTPUTS: outputs.wanted | (tau ? OUTPUT_GRAD_TAU : 0) | (temperature ? OUTPUT_GRAD_TEMPERATURE : 0),
      LANES: lanes,
      FOURS: heldFours,
      SCALES: Number(targets.size > 1),
      ONE_DRAW: Number(numSamples === 1),
    },
  }
  const places = {
    samplesOffset: out.offset,
    samplesStride: out.rowStride,
    valuesOffset: values.offset,
    valuesStride: gradSamples.rowStride,
    givenOffset: given?.offset ?? 0,
    givenStride: samples?.rowStride ?? 0,
    gradTauOffset: tau?.offset ?? 0,
    gradTemperatureOffset: temperature?.offset ?? 0,
  }
  const inputs: Binding[] = [logitsOf(recording, slice), [9, values.binding], [7, out.binding]]
  const results: Binding[] = [
    [6, outputs.statuses],
    [10, tau?.binding ?? context.unusedOutput(1)],
    [11, temperature?.binding ?? context.unusedOutput(2)],
  ]
  const record = (name: Kernel['name'], workgroups: number, bindings: Binding[]) =>
    dispatch(recording, { name, ...variant }, slice, workgroups, bindings, places)
  const tasks = slice.rows * slice.parts

  if (plan.totalParts > 1) {
    record('gumbel_softmax_backward/part', tasks * numSamples, [...inputs, [8, found]])
    record('gumbel_softmax_backward/finish', tasks, [...inputs, [8, found], ...results])
  } else {
    const count = Math.ceil((tasks * lanes) / WORKGROUP_LANES)
    const all = [...inputs, ...results]
    if (given) record('gumbel_softmax_backward/from_samples', count, [...all, [12, given.binding]])
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
  const params = { ...NO_PARAMS, rows, parts, classes, samplesOffset: offset, samplesStride: rowStride }
  const count = Math.ceil((rows * classes) / WORKGROUP_LANES)
  run(recording, { name: 'gumbel_softmax_backward/sum_parts', modules: {}, constants: {} }, params, count, [
    [7, binding],
    [8, shares],
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
  if (total === 0) return sizes.map(() => recording.context.unusedInput)
  const buffer = recording.partials(total)
  return sizes.map((size, i) => ({ buffer, offset: offsets[i], size }))
}

function rowsTarget(place: RowsPlace, first: number, rows: number, classes: number): Target {
  return { ...bindRows(place, first, rows, classes), rowStride: place.rowStride, classes }
}

function wordsTarget({ range, first }: WordsPlace, row: number): Target {
  return { binding: range, offset: first + row, rowStride: 1, classes: 1 }
}
