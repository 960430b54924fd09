import { DeviceError } from '../errors'
import digestNoise from '../../shaders/digest_noise.wgsl?raw'
import generateNoise from '../../shaders/generate_noise.wgsl?raw'
import sample from '../../shaders/sample.wgsl?raw'
import sampleCombine from '../../shaders/sample_combine.wgsl?raw'
import samplePart from '../../shaders/sample_part.wgsl?raw'
import logitsScalar from '../../shaders/shared/logits_f32.wgsl?raw'
import logitsVector from '../../shaders/shared/logits_f32x4.wgsl?raw'
import noise from '../../shaders/shared/noise.wgsl?raw'
import params from '../../shaders/shared/params.wgsl?raw'
import philox from '../../shaders/shared/philox.wgsl?raw'
import reduceSubgroup from '../../shaders/shared/reduce_subgroup.wgsl?raw'
import reduceWorkgroup from '../../shaders/shared/reduce_workgroup.wgsl?raw'
import gather from '../../shaders/shared/gather.wgsl?raw'
import result from '../../shaders/shared/result.wgsl?raw'
import scan from '../../shaders/shared/scan.wgsl?raw'
import score from '../../shaders/shared/score.wgsl?raw'
import words from '../../shaders/shared/words.wgsl?raw'

/** How a kernel reads logits: element by element, or four at a time where rows are aligned to four. */
export type LogitsModule = 'logits_f32' | 'logits_f32x4'
/** How the lanes of a row agree: through workgroup memory, or through subgroups. */
export type ReduceModule = 'reduce_workgroup' | 'reduce_subgroup'

/** One kernel as the device compiles it. */
export interface Kernel {
  name: 'digest_noise' | 'generate_noise' | 'sample' | 'sample_part' | 'sample_combine'
  logits?: LogitsModule
  reduce?: ReduceModule
  /** Values of the kernel's `override` constants. */
  constants: Record<string, number>
}

const LOGITS: Record<LogitsModule, string> = { logits_f32: logitsScalar, logits_f32x4: logitsVector }
const REDUCE: Record<ReduceModule, string> = { reduce_workgroup: reduceWorkgroup, reduce_subgroup: reduceSubgroup }
const KERNELS: Record<Kernel['name'], string[]> = {
  digest_noise: [digestNoise, noise],
  generate_noise: [generateNoise, params, philox, noise, words],
  sample: [sample, params, philox, noise, words, score, scan, gather, result],
  sample_part: [samplePart, params, philox, noise, words, score, scan, gather],
  sample_combine: [sampleCombine, params, noise, score, gather, result],
}

/** The WGSL of a kernel: its file and the shared modules it names, joined. */
export function sourceOf(kernel: Kernel): string {
  const modules = [...KERNELS[kernel.name]]
  if (kernel.logits) modules.push(LOGITS[kernel.logits])
  if (kernel.reduce) modules.push(REDUCE[kernel.reduce])
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

function descriptorOf(device: GPUDevice, kernel: Kernel): GPUComputePipelineDescriptor {
  const label = `gumbel-webgpu ${kernel.name}`
  const module = device.createShaderModule({ label, code: sourceOf(kernel) })
  return { label, layout: 'auto', compute: { module, entryPoint: 'main', constants: kernel.constants } }
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
    const lines = sourceOf(kernel).split('\n')
    const { messages } = await descriptor.compute.module.getCompilationInfo()
    const places = messages.map((m) => `${m.lineNum}:${m.linePos} ${m.message}\n  ${lines[m.lineNum - 1] ?? ''}`)
    throw new DeviceError([`${descriptor.label}: ${String(error)}`, ...places].join('\n'))
  }
}
