/** How a kernel binds a buffer. */
export interface BindingSlot {
  binding: number
  type: 'uniform' | 'storage' | 'read-only-storage'
}

/** Bindings of a kernel by the names of its variables. */
export type Bindings = ReadonlyMap<string, BindingSlot>

/** What is bound to which variable of a kernel. */
export type Binding = [name: string, resource: GPUBufferBinding]

const BINDING = /@group\(0\)\s*@binding\((\d+)\)\s*var<(uniform|storage)(?:,\s*(read|read_write))?>\s*(\w+)/g
/** `GPUShaderStage.COMPUTE`, a global that not all runtimes have. */
const COMPUTE = 4

/** Reads the bindings that linked WGSL declares. */
export function bindingsOf(source: string): Bindings {
  return new Map(
    [...source.matchAll(BINDING)].map(([, binding, space, access, name]) => {
      const type = space === 'uniform' ? space : access === 'read_write' ? 'storage' : 'read-only-storage'
      return [name, { binding: Number(binding), type }]
    }),
  )
}

export function bindGroupLayoutOf(device: GPUDevice, label: string, bindings: Bindings): GPUBindGroupLayout {
  const entries = [...bindings.values()].map(({ binding, type }) => ({
    binding,
    visibility: COMPUTE,
    buffer: { type },
  }))
  return device.createBindGroupLayout({ label, entries })
}

/** What `given` binds, by number. @throws Error where it is not just what the kernel declares, with what is too much or missing */
export function entriesOf(kernel: string, bindings: Bindings, given: readonly Binding[]): GPUBindGroupEntry[] {
  const names = given.map(([name]) => name)
  const missing = [...bindings.keys()].filter((name) => !names.includes(name))
  const unknown = names.filter((name) => !bindings.has(name))
  if (missing.length > 0)
    throw new Error(`kernel ${kernel} has the bindings ${missing.join(', ')}, to which nothing is bound`)
  if (unknown.length > 0) throw new Error(`kernel ${kernel} has no bindings ${unknown.join(', ')}, which are bound`)
  return given.map(([name, resource]) => ({ binding: bindings.get(name)!.binding, resource }))
}
