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
