import type { Binding } from '../gpu/bindings'
import type { Request } from '../request'
import type { Uniforms } from './buffers'
import type { Context } from './context'
import type { Outputs } from './outputs'
import { NO_PARAMS, PARAMS_BYTES, type Params, writeParams } from './params'
import { type Plan, SHORT_CLASSES, type Slice, WORKGROUP_LANES, workgroups } from './plan'
import { type Kernel, ROW_SETTINGS_BUFFER, type ReduceModule, pipelineOf, setKernel } from './shader'

/** Bytes of a `Scan` in `shaders/shared/gather.wgsl`. */
export const SCAN_BYTES = 24

/** What is drawn and where it goes. */
export interface Drawing {
  request: Request
  rowParams?: GPUBufferBinding
  outputs: Outputs
  uniforms: Uniforms
  /** A buffer of at least so many bytes for what the parts of long rows find. */
  partials(bytes: number): GPUBuffer
}

/** A drawing on its way into a pass. */
export interface Recording extends Drawing {
  context: Context
  pass: GPUComputePassEncoder
  plan: Plan
  /** The number in the batch of the plan's first row. */
  firstRow: number
  logits: GPUBuffer
}

/** The reduction for rows of so many lanes. */
export function reduceModule(context: Context, lanes: number): ReduceModule {
  if (lanes === 1) return 'reduce_lane'
  return context.subgroups && lanes === WORKGROUP_LANES ? 'reduce_subgroup' : 'reduce_workgroup'
}

/** The `override` constants that all drawings decide. */
export function constantsOf({ outputs, request }: Drawing): Kernel['constants'] {
  return { LOG_PROBS: Number(outputs.logProbs !== undefined), EXTENDED: Number(request.extended) }
}

/** Whether a lane draws each row without scores, which take all of the winner's word. */
export function isShort({ plan, request, outputs }: Recording): boolean {
  return plan.lanes === 1 && request.numClasses <= SHORT_CLASSES && outputs.scores === undefined
}

/** The `override` constants of kernels for such rows. */
export function shortConstants({ numClasses, numSamples }: Request): Kernel['constants'] {
  return { FOURS: Math.ceil(numClasses / 4), ONE_DRAW: Number(numSamples === 1) }
}

/** Buffers for what the parts of a plan's rows find. */
export function partialsOf(recording: Recording): Binding {
  const bytes = partialsBytes(recording.plan, recording.request)
  return ['partials', { buffer: recording.partials(bytes), size: bytes }]
}

function partialsBytes(plan: Plan, { numSamples }: Request): number {
  const rows = Math.max(...plan.slices.map((slice) => slice.rows))
  return rows * numSamples * plan.totalParts * SCAN_BYTES
}

/** Refuses a plan whose parts find more than fits a binding; before a pass is begun in the caller's encoder. */
export function requirePartials({ device }: Context, plan: Plan, request: Request): void {
  const most = device.limits.maxStorageBufferBindingSize
  const bytes = plan.totalParts > 1 ? partialsBytes(plan, request) : 0
  if (bytes > most)
    throw new RangeError(
      `numSamples is ${request.numSamples}; with rows this long it must be at most ${Math.floor((most / bytes) * request.numSamples)} on this device (maxStorageBufferBindingSize)`,
    )
}

export function logitsOf(recording: Recording, slice: Slice): Binding {
  return ['logits', { buffer: recording.logits, offset: slice.bindingOffset, size: slice.bindingSize }]
}

export function resultsOf({ outputs }: Recording): Binding[] {
  return bound([
    ['indices', outputs.indices],
    ['log_probs', outputs.logProbs],
    ['scores', outputs.scores],
    ['statuses', outputs.statuses],
  ])
}

/** Bindings of those that there are. */
export function bound(resources: readonly [string, GPUBufferBinding | undefined][]): Binding[] {
  return resources.flatMap(([name, resource]): Binding[] => (resource ? [[name, resource]] : []))
}

/** The modules that write what is wanted of each draw. */
export function outputModules({ indices, logProbs, scores, statuses, statusInIndex }: Outputs): Kernel['modules'] {
  return {
    ...(indices ? statusInIndex && { 'shared/index_out': 'shared/index_or_status_out' } : without('shared/index_out')),
    ...(logProbs ? {} : without('shared/log_prob_out')),
    ...(scores ? {} : without('shared/score_out')),
    ...(statuses ? {} : without('shared/status_out')),
  }
}

/** Has a module of an output, such as `shared/score_out`, write nothing. */
export function without(module: string): Kernel['modules'] {
  return { [module]: module.replace(/\w+$/, 'no_$&') }
}

/** Records one dispatch of at least `count` workgroups. */
export function dispatch(
  recording: Recording,
  kernel: Kernel,
  slice: Slice,
  count: number,
  bindings: readonly Binding[],
  places: Partial<Params> = {},
): void {
  const { request, plan, outputs } = recording
  const params: Params = {
    ...NO_PARAMS,
    rows: slice.rows,
    firstRow: recording.firstRow + slice.firstRow,
    classes: slice.classes,
    classOffset: request.classOffset + slice.firstClass,
    logitsOffset: slice.logitsOffset,
    rowStride: plan.rowStride,
    numSamples: request.numSamples,
    firstDraw: 0,
    firstResult: (recording.firstRow + slice.firstRow) * request.numSamples,
    step: request.step,
    seedLow: request.seedLow,
    seedHigh: request.seedHigh,
    stream: request.stream,
    streamStride: request.streamStride,
    temperature: request.temperature,
    tau: request.tau,
    ...outputs.params,
    parts: slice.parts,
    firstPart: slice.firstPart,
    totalParts: plan.totalParts,
    ...places,
  }
  if (!recording.rowParams) return run(recording, kernel, params, count, bindings)
  const modules = { ...kernel.modules, ...ROW_SETTINGS_BUFFER }
  run(recording, { ...kernel, modules }, params, count, [['row_settings', recording.rowParams], ...bindings])
}

/** Records one dispatch of at least `count` workgroups with these parameters and bindings alone. */
export function run(
  { context, pass, uniforms }: Pick<Recording, 'context' | 'pass' | 'uniforms'>,
  kernel: Kernel,
  params: Params,
  count: number,
  bindings: readonly Binding[],
): void {
  const { device } = context
  const pipeline = pipelineOf(device, kernel)
  const uniform = uniforms.bind(PARAMS_BYTES, (into) => writeParams(into, 0, params))
  setKernel(device, pass, kernel, pipeline, [['params', uniform], ...bindings])
  pass.dispatchWorkgroups(...workgroups(count))
}
