/** Writes the WGSL of every kernel variant, joined and with its constants filled in, for tools that read shaders. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { KERNEL_VARIANTS } from './kernel_variants'
import { nameOf, wgslOf } from './kernel_wgsl'

const { values: options } = parseArgs({ options: { out: { type: 'string' } } })
if (!options.out) {
  console.error('--out is missing; it must name a folder: npm run kernels -- --out DIR')
  process.exit(2)
}
mkdirSync(options.out, { recursive: true })
for (const kernel of KERNEL_VARIANTS) {
  const file = join(options.out, `${nameOf(kernel)}.wgsl`)
  writeFileSync(file, wgslOf(kernel))
  console.log(file)
}
