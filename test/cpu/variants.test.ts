import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nameOf, wgslOf } from '../../scripts/kernel_wgsl'
import { KERNEL_VARIANTS } from '../../src/webgpu/variants'

test('every kernel in shaders/ is among the variants that tools read', () => {
  const files = readdirSync('shaders').filter((file) => file.endsWith('.wgsl'))
  expect(new Set(KERNEL_VARIANTS.map(({ name }) => `${name}.wgsl`))).toEqual(new Set(files))
})

test('each variant has a name of its own', () => {
  const names = KERNEL_VARIANTS.map(nameOf)
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
})

test('no override is left, and each is declared once', () => {
  for (const kernel of KERNEL_VARIANTS) {
    const source = wgslOf(kernel)
    expect(source, nameOf(kernel)).not.toContain('override ')
    const declared = [...source.matchAll(/^(?:const|fn|struct|var<[^>]+>) (\w+)/gm)].map(([, name]) => name)
    expect(
      declared.filter((name, i) => declared.indexOf(name) !== i),
      nameOf(kernel),
    ).toEqual([])
  }
})
