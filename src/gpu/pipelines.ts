/** Pipelines of kernels, compiled once a device. */

import { DeviceError } from '../errors'
import { type Bindings, bindingsOf, entriesOf } from './bindings'
import { lossError, mapsBuffers } from './device'
import { SHADER_STAGE_COMPUTE } from './flags'
import { type Kernel, constantsOf, sourceOf } from './kernel'

export interface Pipeline {
  pipeline: GPUComputePipeline
  layout: GPUBindGroupLayout
  bindings: Bindings
}

/** A kernel's linked WGSL, and what of it a pipeline needs. */
interface Linked {
  key: string
  label: string
  source: string
  constants: Record<string, number>
}

interface Pipelines {
  ready: Map<string, Pipeline>
  pending: Map<string, Promise<Pipeline>>
  /** Shader modules that were compiled at once, whose messages nobody has asked for. */
  modules: Map<GPUShaderModule, Linked>
}

const linkedKernels = new Map<string, Linked>()
const devices = new WeakMap<GPUDevice, Pipelines>()

function pipelinesOf(device: GPUDevice): Pipelines {
  let pipelines = devices.get(device)
  if (!pipelines) devices.set(device, (pipelines = { ready: new Map(), pending: new Map(), modules: new Map() }))
  return pipelines
}

/** Has a device's pipelines compiled anew: those that it refused to make are kept as well. */
export function forgetPipelines(device: GPUDevice): void {
  devices.delete(device)
}

/** The pipeline of a kernel at once, for recording; the driver may compile until its first use. */
export function pipelineOf(device: GPUDevice, kernel: Kernel): Pipeline {
  const { ready, modules } = pipelinesOf(device)
  const linked = linkedOf(kernel)
  let pipeline = ready.get(linked.key)
  if (!pipeline) {
    const { descriptor, layout, bindings } = descriptorOf(device, linked)
    modules.set(descriptor.compute.module, linked)
    ready.set(linked.key, (pipeline = { pipeline: device.createComputePipeline(descriptor), layout, bindings }))
  }
  return pipeline
}

/** The same, once it is compiled; a compile error is thrown with its place and line. */
export async function compiled(device: GPUDevice, kernel: Kernel): Promise<Pipeline> {
  const { ready, pending } = pipelinesOf(device)
  const linked = linkedOf(kernel)
  const finished = ready.get(linked.key)
  if (finished) return finished
  let pipeline = pending.get(linked.key)
  if (!pipeline) {
    pending.set(linked.key, (pipeline = compile(device, linked)))
    pipeline.then(
      (value) => ready.set(linked.key, value),
      () => pending.delete(linked.key),
    )
  }
  return pipeline
}

async function compile(device: GPUDevice, linked: Linked): Promise<Pipeline> {
  const { descriptor, layout, bindings } = descriptorOf(device, linked)
  try {
    return { pipeline: await device.createComputePipelineAsync(descriptor), layout, bindings }
  } catch (error) {
    if (!(await mapsBuffers(device))) throw lossError('it compiles no kernel')
    const complaints = await complaintsOf(descriptor.compute.module, linked)
    throw new DeviceError([`${linked.label}: ${String(error)}`, ...complaints].join('\n'))
  }
}

/** What compilers say against modules that were compiled at once, with the lines that they name. */
export async function compileErrors(device: GPUDevice): Promise<string[]> {
  const { modules } = pipelinesOf(device)
  const all = await Promise.all([...modules].map(([module, linked]) => complaintsOf(module, linked)))
  modules.clear()
  return all.flat()
}

async function complaintsOf(module: GPUShaderModule, { label, source }: Linked): Promise<string[]> {
  const lines = source.split('\n')
  const { messages } = await module.getCompilationInfo()
  return messages
    .filter(({ type }) => type === 'error')
    .map(({ lineNum, linePos, message }) => `${label} ${lineNum}:${linePos}: ${message}\n  ${lines[lineNum - 1] ?? ''}`)
}

/** Links a kernel once; constants that it does not have are no part of it. */
function linkedOf(kernel: Kernel): Linked {
  const { name, modules, constants } = kernel
  const variant = JSON.stringify([name, Object.entries(modules).toSorted()])
  const given = `${variant}${JSON.stringify(constants)}`
  let linked = linkedKernels.get(given)
  if (!linked) {
    const source = sourceOf(kernel)
    const used = constantsOf(kernel, source)
    linked = { key: `${variant}${JSON.stringify(used)}`, label: `gumbel-webgpu ${name}`, source, constants: used }
    linkedKernels.set(given, linked)
  }
  return linked
}

function descriptorOf(device: GPUDevice, { label, source, constants }: Linked) {
  const bindings = bindingsOf(source)
  const entries = [...bindings.values()].map(({ binding, type }) => ({
    binding,
    visibility: SHADER_STAGE_COMPUTE,
    buffer: { type },
  }))
  const layout = device.createBindGroupLayout({ label, entries })
  const module = device.createShaderModule({ label, code: source })
  const descriptor = {
    label,
    layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: 'main', constants },
  }
  return { descriptor, layout, bindings }
}

/** A bind group of a pipeline, by names. */
export function bindGroupOf(
  device: GPUDevice,
  { pipeline, layout, bindings }: Pipeline,
  resources: Readonly<Record<string, GPUBufferBinding>>,
): GPUBindGroup {
  const entries = entriesOf(pipeline.label, bindings, resources)
  return device.createBindGroup({ label: pipeline.label, layout, entries })
}
