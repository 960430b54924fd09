import { type Kernel, constantsOf, sourceOf } from '../src/gpu/kernel'

/** A kernel's name, the variants of its modules and the constants that it has, for files and tables. */
export function nameOf(kernel: Kernel): string {
  // Outputs that are not wanted would be most of a name.
  const modules = Object.values(kernel.modules).filter((module) => !/\/no_.*_out$/.test(module))
  const constants = Object.entries(constantsOf(kernel)).map(([name, value]) => `${name.toLowerCase()}_${value}`)
  return [kernel.name, ...modules, ...constants].map((part) => part.replace('shared/', '').replace('/', '-')).join('-')
}

/** A kernel's linked WGSL with its constants filled in. */
export function wgslOf(kernel: Kernel): string {
  let source = sourceOf(kernel)
  for (const [name, value] of Object.entries(constantsOf(kernel)))
    source = source.replace(new RegExp(`override ${name}: (u32|bool) = [^;]+;`), (_, type: string) =>
      type === 'bool' ? `const ${name} = ${Boolean(value)};` : `const ${name} = ${value}u;`,
    )
  return source.replace(/^override /gm, 'const ')
}
