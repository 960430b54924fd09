import { expect, test } from 'vitest'
import { nameOf, wgslOf } from '../../scripts/kernel_wgsl'
import { MODULES } from '../../src/gpu/linker'
import { KERNEL_VARIANTS } from '../../src/webgpu/variants'

test('every kernel in shaders/ is among the variants that tools read', () => {
  const kernels = [...MODULES].filter(([, source]) => source.includes('fn main(')).map(([path]) => path)
  expect(new Set(KERNEL_VARIANTS.map(({ name }) => name))).toEqual(new Set(kernels))
})

test('each variant has a name of its own', () => {
  const names = KERNEL_VARIANTS.map(nameOf)
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
})

test('no override is left', () => {
  for (const kernel of KERNEL_VARIANTS) expect(wgslOf(kernel), nameOf(kernel)).not.toContain('override ')
})
