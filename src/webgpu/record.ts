import type { Request } from '../request'
import type { Uniforms } from './buffers'
import type { Context } from './context'
import type { Outputs } from './outputs'
import { NO_PARAMS, OUTPUT_LOG_PROBS, OUTPUT_SCORES, PARAMS_BYTES, type Params, writeParams } from './params'
import { type Plan, SHORT_CLASSES, type Slice, WORKGROUP_LANES, workgroups } from './plan'
import { type Kernel, type ReduceModule, pipelineOf } from './shader'

/** Bytes of a `Scan` in `shaders/shared/gather.wgsl`. */
export const SCAN_BYTES = 24

/** What is drawn and where it goes. */
export interface Drawing {
  request: Request
  rowParams: GPUBufferBinding
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

/** What is bound where; kernels have the numbers in their declarations. */
export type Binding = [number, GPUBufferBinding]

/** The reduction for rows of so many lanes. */
export function reduceModule(context: Context, lanes: number): ReduceModule {
  if (lanes === 1) return 'reduce_lane'
  return context.subgroups && lanes === WORKGROUP_LANES ? 'reduce_subgroup' : 'reduce_workgroup'
}

/** The `override` constants that all drawings decide. */
export function constantsOf({ outputs, request }: Drawing): Kernel['constants'] {
  return {
    OUTPUTS: outputs.wanted,
    LOG_PROBS: Number((outputs.wanted & OUTPUT_LOG_PROBS) !== 0),
    EXTENDED: Number(request.extended),
  }
}

/** Whether a lane draws each row without scores, which take all of the winner's word. */
export function isShort({ plan, request, outputs }: Recording): boolean {
  return plan.lanes === 1 && request.numClasses <= SHORT_CLASSES && (outputs.wanted & OUTPUT_SCORES) === 0
}

/** The `override` constants of kernels for such rows. */
export function shortConstants({ numClasses, numSamples }: Request): Kernel['constants'] {
  return { FOURS: Math.ceil(numClasses / 4), ONE_DRAW: Number(numSamples === 1) }
}

/** Buffers for what the parts of a plan's rows find. */
export function partialsOf(recording: Recording): Binding {
  const bytes = partialsBytes(recording.plan, recording.request)
  return [8, { buffer: recording.partials(bytes), size: bytes }]
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
  return [1, { buffer: recording.logits, offset: slice.bindingOffset, size: slice.bindingSize }]
}

export function resultsOf({ outputs }: Recording): Binding[] {
  return [
    [3, outputs.indices],
    [4, outputs.logProbs],
    [5, outputs.scores],
    [6, outputs.statuses],
  ]
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
    samples: request.numSamples,
    step: request.step,
    seedLow: request.seedLow,
    seedHigh: request.seedHigh,
    stream: request.stream,
    streamStride: request.streamStride,
    temperature: request.temperature,
    tau: request.tau,
    rowParams: request.rowParams ? 1 : 0,
    ...outputs.params,
    parts: slice.parts,
    firstPart: slice.firstPart,
    totalParts: plan.totalParts,
    ...places,
  }
  run(recording, kernel, params, count, [[2, recording.rowParams], ...bindings])
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
  const all: Binding[] = [[0, uniform], ...bindings]
  const entries = all.map(([binding, resource]) => ({ binding, resource }))
  pass.setPipeline(pipeline)
  pass.setBindGroup(0, device.createBindGroup({ label: kernel.name, layout: pipeline.getBindGroupLayout(0), entries }))
  pass.dispatchWorkgroups(...workgroups(count))
}
