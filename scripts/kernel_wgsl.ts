import { type Kernel, sourceOf } from '../src/webgpu/shader'

/** A kernel's name, modules and the constants that its source has, for files and tables. */
export function nameOf(kernel: Kernel): string {
  const { name, logits, samples, reduce } = kernel
  const values = constantsOf(kernel).map(([key, value]) => `${key.toLowerCase()}_${value}`)
  return [name, logits, samples, reduce, ...values].filter(Boolean).join('-')
}

/** A kernel's joined WGSL with its constants filled in. */
export function wgslOf(kernel: Kernel): string {
  let source = sourceOf(kernel)
  for (const [name, value] of constantsOf(kernel))
    source = source.replace(new RegExp(`override ${name}: (u32|bool) = [^;]+;`), (_, type: string) =>
      type === 'bool' ? `const ${name} = ${Boolean(value)};` : `const ${name} = ${value}u;`,
    )
  return source.replace(/^override /gm, 'const ')
}

function constantsOf(kernel: Kernel): [string, number][] {
  const source = sourceOf(kernel)
  return Object.entries(kernel.constants).filter(([name]) => source.includes(`override ${name}:`))
}
