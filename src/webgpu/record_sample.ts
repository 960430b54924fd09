import type { Request } from '../request'
import { OUTPUT_LOG_PROBS, PARAMS_BYTES, type Params, writeParams } from './params'
import { type SamplePlan, type Slice, WORKGROUP_LANES, workgroups } from './plan'
import { type Kernel, type ReduceModule, pipelineOf } from './shader'
import type { UniformSlots } from './buffers'

/** Bytes of a `Scan` in `shaders/shared/gather.wgsl`. */
const SCAN_BYTES = 20

/** Where results go; `outputs` says which of them are wanted, and offsets count elements of the bindings. */
export interface SampleOutputs {
  indices: GPUBufferBinding
  logProbs: GPUBufferBinding
  scores: GPUBufferBinding
  statuses: GPUBufferBinding
  params: Pick<Params, 'outputs' | 'indexWords' | 'indexOffset' | 'logProbOffset' | 'scoreOffset' | 'statusOffset'>
}

export interface SampleRecording {
  device: GPUDevice
  pass: GPUComputePassEncoder
  request: Request
  plan: SamplePlan
  /** The number in the batch of the plan's first row. */
  firstRow: number
  logits: GPUBuffer
  rowParams: GPUBufferBinding
  outputs: SampleOutputs
  uniforms: UniformSlots
  /** A buffer of at least so many bytes for what the parts of long rows find. */
  partials(bytes: number): GPUBuffer
  subgroups: boolean
}

/** Bytes that the parts of rows need at once under a plan. */
export function partialsBytes(plan: SamplePlan, numSamples: number): number {
  if (plan.totalParts === 1) return 0
  return Math.max(...plan.slices.map((slice) => slice.rows)) * numSamples * plan.totalParts * SCAN_BYTES
}

/** Records the dispatches of a plan. */
export function recordSample(recording: SampleRecording): void {
  const { plan, request } = recording
  if (plan.totalParts === 1) {
    for (const slice of plan.slices) {
      const kernel: Kernel = { name: 'sample', ...modules(recording, plan.lanes) }
      kernel.constants = { ...kernel.constants, LANES: plan.lanes }
      const draws = (slice.rows * request.numSamples * plan.lanes) / WORKGROUP_LANES
      dispatch(recording, kernel, slice, Math.ceil(draws), [logitsOf(recording, slice), ...results(recording)])
    }
    return
  }
  const partials: GPUBufferBinding = { buffer: recording.partials(partialsBytes(plan, request.numSamples)) }
  plan.slices.forEach((slice, i) => {
    const part: Kernel = { name: 'sample_part', ...modules(recording, WORKGROUP_LANES) }
    const draws = slice.rows * request.numSamples
    dispatch(recording, part, slice, draws * slice.parts, [logitsOf(recording, slice), [3, partials]])
    if (plan.slices[i + 1]?.firstRow === slice.firstRow) return
    const combine: Kernel = { ...part, name: 'sample_combine', logits: undefined }
    dispatch(recording, combine, slice, draws, [[1, partials], ...results(recording)])
  })
}

type Binding = [number, GPUBufferBinding]

function modules(recording: SampleRecording, lanes: number): Omit<Kernel, 'name'> {
  const whole = recording.subgroups && lanes === WORKGROUP_LANES
  const reduce: ReduceModule = whole ? 'reduce_subgroup' : 'reduce_workgroup'
  return {
    logits: recording.plan.logits,
    reduce,
    constants: { LOG_PROBS: Number((recording.outputs.params.outputs & OUTPUT_LOG_PROBS) !== 0) },
  }
}

function logitsOf(recording: SampleRecording, slice: Slice): Binding {
  return [1, { buffer: recording.logits, offset: slice.bindingOffset, size: slice.bindingSize }]
}

function results({ outputs }: SampleRecording): Binding[] {
  return [
    [3, outputs.indices],
    [4, outputs.logProbs],
    [5, outputs.scores],
    [6, outputs.statuses],
  ]
}

function dispatch(recording: SampleRecording, kernel: Kernel, slice: Slice, count: number, bindings: Binding[]): void {
  const { device, pass, request, plan, outputs } = recording
  const params: Params = {
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
  }
  const pipeline = pipelineOf(device, kernel)
  const uniform = recording.uniforms.bind(PARAMS_BYTES, (into) => writeParams(into, 0, params))
  const all: Binding[] = [[0, uniform], [2, recording.rowParams], ...bindings]
  const entries = all.map(([binding, resource]) => ({ binding, resource }))
  pass.setPipeline(pipeline)
  pass.setBindGroup(0, device.createBindGroup({ label: kernel.name, layout: pipeline.getBindGroupLayout(0), entries }))
  pass.dispatchWorkgroups(...workgroups(count))
}
