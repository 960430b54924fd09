/** How a kernel binds a buffer. */
export interface BindingSlot {
  binding: number
  type: 'uniform' | 'storage' | 'read-only-storage'
}

/** Bindings of a kernel by the names of its variables. */
export type Bindings = ReadonlyMap<string, BindingSlot>

const BINDING = /@group\(0\)\s*@binding\((\d+)\)\s*var<(uniform|storage)(?:,\s*(read|read_write))?>\s*(\w+)/g

/** Reads the bindings that linked WGSL declares. */
export function bindingsOf(source: string): Bindings {
  return new Map(
    [...source.matchAll(BINDING)].map(([, binding, space, access, name]) => {
      const type = space === 'uniform' ? space : access === 'read_write' ? 'storage' : 'read-only-storage'
      return [name, { binding: Number(binding), type }]
    }),
  )
}

/**
 * What is bound, by number.
 * @throws Error where it is not just what the kernel declares, with what is missing or too much
 */
export function entriesOf(
  kernel: string,
  bindings: Bindings,
  given: Readonly<Record<string, GPUBufferBinding>>,
): GPUBindGroupEntry[] {
  const missing = [...bindings.keys()].filter((name) => !(name in given))
  const unknown = Object.keys(given).filter((name) => !bindings.has(name))
  if (missing.length > 0)
    throw new Error(`kernel ${kernel} has the bindings ${missing.join(', ')}, to which nothing is bound`)
  if (unknown.length > 0) throw new Error(`kernel ${kernel} has no bindings ${unknown.join(', ')}, which are bound`)
  return Object.entries(given).map(([name, resource]) => ({ binding: bindings.get(name)!.binding, resource }))
}
