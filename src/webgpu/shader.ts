import { DeviceError } from '../errors'
import { lossError, mapsBuffers } from './device'
import concreteLogProb from '../../shaders/concrete_log_prob.wgsl?raw'
import digestNoise from '../../shaders/digest_noise.wgsl?raw'
import gumbelGivenIndex from '../../shaders/gumbel_given_index.wgsl?raw'
import gumbelSoftmax from '../../shaders/gumbel_softmax.wgsl?raw'
import gumbelSoftmaxBackward from '../../shaders/gumbel_softmax_backward.wgsl?raw'
import gumbelSoftmaxBackwardGiven from '../../shaders/gumbel_softmax_backward_given.wgsl?raw'
import gumbelSoftmaxBackwardFinish from '../../shaders/gumbel_softmax_backward_finish.wgsl?raw'
import gumbelSoftmaxBackwardLong from '../../shaders/gumbel_softmax_backward_long.wgsl?raw'
import gumbelSoftmaxBackwardPart from '../../shaders/gumbel_softmax_backward_part.wgsl?raw'
import gumbelSoftmaxFinish from '../../shaders/gumbel_softmax_finish.wgsl?raw'
import gumbelSoftmaxHard from '../../shaders/gumbel_softmax_hard.wgsl?raw'
import gumbelSoftmaxHardFinish from '../../shaders/gumbel_softmax_hard_finish.wgsl?raw'
import gumbelSoftmaxHardShort from '../../shaders/gumbel_softmax_hard_short.wgsl?raw'
import gumbelSoftmaxLong from '../../shaders/gumbel_softmax_long.wgsl?raw'
import gumbelSoftmaxPart from '../../shaders/gumbel_softmax_part.wgsl?raw'
import generateNoise from '../../shaders/generate_noise.wgsl?raw'
import sample from '../../shaders/sample.wgsl?raw'
import sampleCombine from '../../shaders/sample_combine.wgsl?raw'
import sampleShort from '../../shaders/sample_short.wgsl?raw'
import samplePart from '../../shaders/sample_part.wgsl?raw'
import sumParts from '../../shaders/sum_parts.wgsl?raw'
import addSamples from '../../shaders/shared/add_samples.wgsl?raw'
import backward from '../../shaders/shared/backward.wgsl?raw'
import backwardPasses from '../../shaders/shared/backward_passes.wgsl?raw'
import backwardResult from '../../shaders/shared/backward_result.wgsl?raw'
import backwardTasks from '../../shaders/shared/backward_tasks.wgsl?raw'
import givenScalar from '../../shaders/shared/given_f32.wgsl?raw'
import givenVector from '../../shaders/shared/given_f32x4.wgsl?raw'
import keys from '../../shaders/shared/keys.wgsl?raw'
import logitsScalar from '../../shaders/shared/logits_f32.wgsl?raw'
import logitsVector from '../../shaders/shared/logits_f32x4.wgsl?raw'
import noise from '../../shaders/shared/noise.wgsl?raw'
import oneHot from '../../shaders/shared/one_hot.wgsl?raw'
import params from '../../shaders/shared/params.wgsl?raw'
import part from '../../shaders/shared/part.wgsl?raw'
import philox from '../../shaders/shared/philox.wgsl?raw'
import reduceLane from '../../shaders/shared/reduce_lane.wgsl?raw'
import reduceSubgroup from '../../shaders/shared/reduce_subgroup.wgsl?raw'
import reduceWorkgroup from '../../shaders/shared/reduce_workgroup.wgsl?raw'
import combine from '../../shaders/shared/combine.wgsl?raw'
import contest from '../../shaders/shared/contest.wgsl?raw'
import finish from '../../shaders/shared/finish.wgsl?raw'
import gather from '../../shaders/shared/gather.wgsl?raw'
import relax from '../../shaders/shared/relax.wgsl?raw'
import result from '../../shaders/shared/result.wgsl?raw'
import rowSums from '../../shaders/shared/row_sums.wgsl?raw'
import samplesHalf from '../../shaders/shared/samples_f16.wgsl?raw'
import samplesScalar from '../../shaders/shared/samples_f32.wgsl?raw'
import samplesVector from '../../shaders/shared/samples_f32x4.wgsl?raw'
import scan from '../../shaders/shared/scan.wgsl?raw'
import score from '../../shaders/shared/score.wgsl?raw'
import status from '../../shaders/shared/status.wgsl?raw'
import validity from '../../shaders/shared/validity.wgsl?raw'
import valuesScalar from '../../shaders/shared/values_f32.wgsl?raw'
import valuesVector from '../../shaders/shared/values_f32x4.wgsl?raw'
import words from '../../shaders/shared/words.wgsl?raw'

/** How a kernel reads logits: element by element, or four at a time where rows are aligned to four. */
export type LogitsModule = 'logits_f32' | 'logits_f32x4'
/** How the lanes of a row agree: there is one, or through workgroup memory, or through subgroups first. */
export type ReduceModule = 'reduce_lane' | 'reduce_workgroup' | 'reduce_subgroup'

/** How a kernel writes relaxed samples. */
export type SamplesModule = 'samples_f32' | 'samples_f32x4' | 'samples_f16'
/** How a kernel reads the values that a caller gives for each draw. */
export type ValuesModule = 'values_f32' | 'values_f32x4'
/** How a kernel reads the relaxed samples that a caller gives. */
export type GivenModule = 'given_f32' | 'given_f32x4'

const LOGITS: Record<LogitsModule, string> = { logits_f32: logitsScalar, logits_f32x4: logitsVector }
const REDUCE: Record<ReduceModule, string> = {
  reduce_lane: reduceLane,
  reduce_workgroup: reduceWorkgroup + rowSums,
  reduce_subgroup: reduceSubgroup + rowSums,
}
const SAMPLES: Record<SamplesModule, string> = {
  samples_f32: samplesScalar,
  samples_f32x4: samplesVector,
  samples_f16: samplesHalf,
}
const VALUES: Record<ValuesModule, string> = { values_f32: valuesScalar, values_f32x4: valuesVector }
const GIVEN: Record<GivenModule, string> = { given_f32: givenScalar, given_f32x4: givenVector }

const DRAW = [params, philox, noise, words, score, validity]
const BACKWARD_PASSES = [...DRAW, keys, gather, addSamples, backward, backwardPasses]
const BACKWARD_TASKS = [backwardTasks, backwardResult, status]
const KERNELS = {
  digest_noise: [digestNoise, noise],
  generate_noise: [generateNoise, params, philox, noise, words],
  sample: [sample, ...DRAW, scan, gather, result, status],
  sample_short: [sampleShort, ...DRAW, keys, contest, gather, result, status],
  sample_part: [samplePart, ...DRAW, part, scan, gather],
  sample_combine: [sampleCombine, params, noise, score, gather, combine, result, status],
  gumbel_softmax: [gumbelSoftmax, ...DRAW, keys, gather, oneHot, finish, result, status],
  gumbel_softmax_long: [gumbelSoftmaxLong, ...DRAW, keys, relax, gather, oneHot, finish, result, status],
  gumbel_softmax_part: [gumbelSoftmaxPart, ...DRAW, part, keys, relax, gather, oneHot, finish],
  gumbel_softmax_finish: [
    gumbelSoftmaxFinish,
    ...DRAW,
    part,
    keys,
    relax,
    gather,
    combine,
    oneHot,
    finish,
    result,
    status,
  ],
  gumbel_softmax_hard: [gumbelSoftmaxHard, ...DRAW, scan, gather, oneHot, result, status],
  gumbel_softmax_hard_short: [gumbelSoftmaxHardShort, ...DRAW, keys, contest, gather, oneHot, result, status],
  gumbel_given_index: [gumbelGivenIndex, ...DRAW, gather, status],
  gumbel_softmax_hard_finish: [
    gumbelSoftmaxHardFinish,
    params,
    noise,
    score,
    part,
    gather,
    combine,
    oneHot,
    result,
    status,
  ],
  gumbel_softmax_backward: [gumbelSoftmaxBackward, ...DRAW, keys, gather, addSamples, backward, ...BACKWARD_TASKS],
  gumbel_softmax_backward_long: [gumbelSoftmaxBackwardLong, ...BACKWARD_PASSES, ...BACKWARD_TASKS],
  gumbel_softmax_backward_part: [gumbelSoftmaxBackwardPart, ...BACKWARD_PASSES, part],
  gumbel_softmax_backward_finish: [gumbelSoftmaxBackwardFinish, ...BACKWARD_PASSES, part, backwardResult, status],
  gumbel_softmax_backward_given: [
    gumbelSoftmaxBackwardGiven,
    params,
    noise,
    score,
    validity,
    gather,
    addSamples,
    ...BACKWARD_TASKS,
  ],
  sum_parts: [sumParts, params],
  concrete_log_prob: [concreteLogProb, params, noise, score, validity, gather, status],
}

/** One kernel as the device compiles it: its file, the modules swapped in, and values of the `override` constants it has. */
export interface Kernel {
  name: keyof typeof KERNELS
  logits?: LogitsModule
  reduce?: ReduceModule
  samples?: SamplesModule
  values?: ValuesModule
  given?: GivenModule
  constants: Record<string, number>
}

/** The WGSL of a kernel: its file and the shared modules it names, joined. */
export function sourceOf(kernel: Kernel): string {
  const modules = [...KERNELS[kernel.name]]
  if (kernel.logits) modules.push(LOGITS[kernel.logits])
  if (kernel.reduce) modules.push(REDUCE[kernel.reduce])
  if (kernel.samples) modules.push(SAMPLES[kernel.samples])
  if (kernel.values) modules.push(VALUES[kernel.values])
  if (kernel.given) modules.push(GIVEN[kernel.given])
  const enables = kernel.reduce === 'reduce_subgroup' ? 'enable subgroups;\n' : ''
  return enables + modules.join('\n')
}

/** Finished pipelines, and those that are being compiled, of each device. */
interface Pipelines {
  ready: Map<string, GPUComputePipeline>
  pending: Map<string, Promise<GPUComputePipeline>>
}

const devices = new WeakMap<GPUDevice, Pipelines>()

function pipelinesOf(device: GPUDevice): Pipelines {
  let pipelines = devices.get(device)
  if (!pipelines) devices.set(device, (pipelines = { ready: new Map(), pending: new Map() }))
  return pipelines
}

/** Has a device's pipelines compiled anew: those that it refused to make are kept as well. */
export function forgetPipelines(device: GPUDevice): void {
  devices.delete(device)
}

function descriptorOf(device: GPUDevice, kernel: Kernel): GPUComputePipelineDescriptor {
  const label = `gumbel-webgpu ${kernel.name}`
  const code = sourceOf(kernel)
  const constants = Object.fromEntries(
    Object.entries(kernel.constants).filter(([name]) => code.includes(`override ${name}:`)),
  )
  const module = device.createShaderModule({ label, code })
  return { label, layout: 'auto', compute: { module, entryPoint: 'main', constants } }
}

/** The pipeline of a kernel, compiled once a device; a compile error is thrown with its place and line. */
export async function compiled(device: GPUDevice, kernel: Kernel): Promise<GPUComputePipeline> {
  const { ready, pending } = pipelinesOf(device)
  const key = JSON.stringify(kernel)
  const finished = ready.get(key)
  if (finished) return finished
  let pipeline = pending.get(key)
  if (!pipeline) {
    pending.set(key, (pipeline = compile(device, kernel)))
    pipeline.then(
      (value) => ready.set(key, value),
      () => pending.delete(key),
    )
  }
  return pipeline
}

/** The same at once, for recording into an encoder; the driver may compile until the pipeline's first use. */
export function pipelineOf(device: GPUDevice, kernel: Kernel): GPUComputePipeline {
  const { ready } = pipelinesOf(device)
  const key = JSON.stringify(kernel)
  let pipeline = ready.get(key)
  if (!pipeline) ready.set(key, (pipeline = device.createComputePipeline(descriptorOf(device, kernel))))
  return pipeline
}

async function compile(device: GPUDevice, kernel: Kernel): Promise<GPUComputePipeline> {
  const descriptor = descriptorOf(device, kernel)
  try {
    return await device.createComputePipelineAsync(descriptor)
  } catch (error) {
    if (!(await mapsBuffers(device))) throw lossError('it compiles no kernel')
    const lines = sourceOf(kernel).split('\n')
    const { messages } = await descriptor.compute.module.getCompilationInfo()
    const places = messages.map((m) => `${m.lineNum}:${m.linePos} ${m.message}\n  ${lines[m.lineNum - 1] ?? ''}`)
    throw new DeviceError([`${descriptor.label}: ${String(error)}`, ...places].join('\n'))
  }
}
