/** Writes the WGSL of every kernel variant, joined and with its constants filled in, for tools that read shaders. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Kernel, sourceOf } from '../src/webgpu/shader'
import { KERNEL_VARIANTS } from '../src/webgpu/variants'

const { values: options } = parseArgs({ options: { out: { type: 'string' } } })
if (!options.out) {
  console.error('--out is missing; it must name a folder: npm run kernels -- --out DIR')
  process.exit(2)
}
mkdirSync(options.out, { recursive: true })
for (const kernel of KERNEL_VARIANTS) {
  const file = join(options.out, `${nameOf(kernel)}.wgsl`)
  writeFileSync(file, withConstants(kernel))
  console.log(file)
}

function nameOf({ name, logits, reduce, constants }: Kernel): string {
  const values = Object.entries(constants).map(([key, value]) => `${key.toLowerCase()}_${value}`)
  return [name, logits, reduce, ...values].filter(Boolean).join('-')
}

function withConstants(kernel: Kernel): string {
  let source = sourceOf(kernel)
  for (const [name, value] of Object.entries(kernel.constants))
    source = source.replace(new RegExp(`override ${name}: (u32|bool) = [^;]+;`), (_, type: string) =>
      type === 'bool' ? `const ${name} = ${Boolean(value)};` : `const ${name} = ${value}u;`,
    )
  return source.replace(/^override /gm, 'const ')
}
