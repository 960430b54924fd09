/** A kernel as a device compiles it. */

import { link } from './linker'

/** Modules that are linked in place of the plain ones, by path under `shaders/`. */
export type Modules = Record<string, string>

export interface Kernel {
  /** The path of its file under `shaders/`, without the ending. */
  name: string
  modules: Modules
  /** Values of `override` constants; those that the linked kernel does not have are no part of it. */
  constants: Record<string, number>
}

/** The constants that the linked kernel has. */
export function constantsOf(kernel: Kernel, source = sourceOf(kernel)): Kernel['constants'] {
  return Object.fromEntries(Object.entries(kernel.constants).filter(([name]) => source.includes(`override ${name}:`)))
}

/** The linked WGSL of a kernel. */
export function sourceOf({ name, modules }: Pick<Kernel, 'name' | 'modules'>): string {
  return link(name, modules)
}
