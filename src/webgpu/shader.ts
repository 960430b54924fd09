import { DeviceError } from '../errors'
import { type Binding, type Bindings, bindGroupLayoutOf, bindingsOf, entriesOf } from '../gpu/bindings'
import { link } from '../gpu/linker'
import { lossError, mapsBuffers } from './device'

/** How a kernel reads logits: element by element, or four at a time where rows are aligned to four. */
export type LogitsModule = 'logits_f32' | 'logits_f32x4'
/** How the lanes of a row agree: there is one, or through workgroup memory, or through subgroups first. */
export type ReduceModule = 'reduce_lane' | 'reduce_workgroup' | 'reduce_subgroup'
/** How a kernel writes rows: relaxed samples, gradients of logits, or noise. */
export type RowsOutModule = 'rows_out_f32' | 'rows_out_f32x4' | 'rows_out_f16'
/** How a kernel reads the row of values that a caller gives for each draw. */
export type RowsInModule = 'rows_in_f32' | 'rows_in_f32x4'
/** How a kernel reads the relaxed samples that a caller gives. */
export type SoftSamplesModule = 'soft_samples_f32' | 'soft_samples_f32x4'

/** The modules of `shaders/shared` that have variants, and which of them are wanted; none for the plain ones. */
export interface Variants {
  logits?: LogitsModule
  reduce?: ReduceModule
  rowsOut?: RowsOutModule
  rowsIn?: RowsInModule
  softSamples?: SoftSamplesModule
}

const PLAIN: Required<Variants> = {
  logits: 'logits_f32',
  reduce: 'reduce_workgroup',
  rowsOut: 'rows_out_f32',
  rowsIn: 'rows_in_f32',
  softSamples: 'soft_samples_f32',
}

/** Reads the settings of each row, rather than one for all. */
export const ROW_SETTINGS_BUFFER = { 'shared/row_settings_uniform': 'shared/row_settings_buffer' }

/** What `link` puts in place of the plain modules. */
export function modulesOf(variants: Variants): Kernel['modules'] {
  const modules: Record<string, string> = {}
  for (const [role, plain] of Object.entries(PLAIN) as [keyof Variants, string][]) {
    const variant = variants[role] ?? plain
    if (variant !== plain) modules[`shared/${plain}`] = `shared/${variant}`
  }
  return modules
}

/** One kernel as the device compiles it: its file in shaders/, variants of modules, and values of its `override` constants. */
export interface Kernel {
  /** Such as `sample/draw`. */
  name: string
  /** Modules by the path that files import, and what is linked in their place. */
  modules: Readonly<Record<string, string>>
  /** Also of constants that the kernel does not have. */
  constants: Readonly<Record<string, number>>
}

/** A kernel's WGSL, the names of its `override` constants and its bindings. */
interface Linked {
  number: number
  code: string
  overrides: string[]
  bindings: Bindings
}

const linked = new Map<string, Linked>()

function linkedOf({ name, modules }: Kernel): Linked {
  const key = JSON.stringify([name, modules])
  let found = linked.get(key)
  if (!found) {
    const code = link(name, modules)
    const overrides = [...code.matchAll(/\boverride (\w+)/g)].map(([, constant]) => constant)
    const same = [...linked.values()].find((each) => each.code === code)
    linked.set(key, (found = same ?? { number: linked.size, code, overrides, bindings: bindingsOf(code) }))
  }
  return found
}

/** The WGSL of a kernel. */
export function sourceOf(kernel: Kernel): string {
  return linkedOf(kernel).code
}

/** The constants that a kernel has. */
export function constantsOf(kernel: Kernel): Record<string, number> {
  const { overrides } = linkedOf(kernel)
  return Object.fromEntries(Object.entries(kernel.constants).filter(([name]) => overrides.includes(name)))
}

/** Kernels that differ in nothing that they have get the same. */
function keyOf(kernel: Kernel): string {
  return JSON.stringify([linkedOf(kernel).number, constantsOf(kernel)])
}

/** A pipeline with what is bound when it runs. */
export interface Pipeline {
  pipeline: GPUComputePipeline
  layout: GPUBindGroupLayout
}

/** Finished pipelines, and those that are being compiled, of each device. */
interface Pipelines {
  ready: Map<string, Pipeline>
  pending: Map<string, Promise<Pipeline>>
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

function described(
  device: GPUDevice,
  kernel: Kernel,
): { descriptor: GPUComputePipelineDescriptor; layout: GPUBindGroupLayout } {
  const label = `gumbel-webgpu ${kernel.name}`
  const { code, bindings } = linkedOf(kernel)
  const module = device.createShaderModule({ label, code })
  const layout = bindGroupLayoutOf(device, label, bindings)
  const descriptor = {
    label,
    layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: 'main', constants: constantsOf(kernel) },
  }
  return { descriptor, layout }
}

/** The pipeline of a kernel, compiled once a device; a compile error is thrown with its place and line. */
export async function compiled(device: GPUDevice, kernel: Kernel): Promise<Pipeline> {
  const { ready, pending } = pipelinesOf(device)
  const key = keyOf(kernel)
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
export function pipelineOf(device: GPUDevice, kernel: Kernel): Pipeline {
  const { ready } = pipelinesOf(device)
  const key = keyOf(kernel)
  let pipeline = ready.get(key)
  if (!pipeline) {
    const { descriptor, layout } = described(device, kernel)
    ready.set(key, (pipeline = { pipeline: device.createComputePipeline(descriptor), layout }))
  }
  return pipeline
}

async function compile(device: GPUDevice, kernel: Kernel): Promise<Pipeline> {
  const { descriptor, layout } = described(device, kernel)
  try {
    return { pipeline: await device.createComputePipelineAsync(descriptor), layout }
  } catch (error) {
    if (!(await mapsBuffers(device))) throw lossError('it compiles no kernel')
    const lines = sourceOf(kernel).split('\n')
    const { messages } = await descriptor.compute.module.getCompilationInfo()
    const places = messages.map((m) => `${m.lineNum}:${m.linePos} ${m.message}\n  ${lines[m.lineNum - 1] ?? ''}`)
    throw new DeviceError([`${descriptor.label}: ${String(error)}`, ...places].join('\n'))
  }
}

/** Sets a kernel's pipeline and what it reads and writes, by name. */
export function setKernel(
  device: GPUDevice,
  pass: GPUComputePassEncoder,
  kernel: Kernel,
  { pipeline, layout }: Pipeline,
  bindings: readonly Binding[],
): void {
  const entries = entriesOf(kernel.name, linkedOf(kernel).bindings, bindings)
  pass.setPipeline(pipeline)
  pass.setBindGroup(0, device.createBindGroup({ label: kernel.name, layout, entries }))
}
