import { describe, expect, test } from 'vitest'
import { MODULES, link } from '../../src/gpu/linker'
import { sourceOf } from '../../src/webgpu/shader'
import { KERNEL_VARIANTS } from '../../src/webgpu/variants'
import { nameOf } from '../../scripts/kernel_wgsl'
import { namesOf } from '../helpers/wgsl'

const files = [...MODULES].map(([path, source]) => [path, namesOf(source)] as const)
const declaredBy = new Map(files.map(([path, { declared }]) => [path, declared]))

/** What stands more than once. */
const repeated = (values: readonly string[]) => values.filter((value, i) => values.indexOf(value) !== i)

describe.each(files)('%s', (path, { imports, declared, used }) => {
  test('uses no name but its own, those that it imports, and WGSL’s', () => {
    expect([...used].filter((name) => !declared.includes(name) && !imports.has(name))).toEqual([])
  })

  test('uses what it imports', () => {
    expect([...imports.keys()].filter((name) => !used.has(name) || declared.includes(name))).toEqual([])
  })

  test('imports what other files declare', () => {
    const wrong = [...imports].filter(([name, module]) => module === path || !declaredBy.get(module)?.includes(name))
    expect(wrong).toEqual([])
  })

  test('begins with a comment, then its imports', () => {
    expect(MODULES.get(path)).toMatch(/^(\/\/.*\n)+\n(import .*\n)*(?![^]*\nimport )/)
  })
})

describe.each(KERNEL_VARIANTS.map((kernel) => [nameOf(kernel), kernel] as const))('%s', (_, kernel) => {
  const source = sourceOf(kernel)

  test('declares each name once, and all that it uses', () => {
    const { declared, used } = namesOf(source)
    expect(repeated(declared)).toEqual([])
    expect([...used].filter((name) => !declared.includes(name))).toEqual([])
  })

  test('has no two bindings of one number', () => {
    const numbers = [...source.matchAll(/@binding\((\d+)\)/g)].map(([, number]) => number)
    expect(repeated(numbers)).toEqual([])
  })

  test('links the variants that it names', () => {
    for (const variant of Object.values(kernel.modules)) expect(source).toContain(bodyOf(variant))
  })
})

/** A file as it is linked. */
function bodyOf(path: string): string {
  return MODULES.get(path)!.replace(/^(import|enable) .*\n/gm, '')
}

describe('link', () => {
  test('joins files by their imports, each once, and drops the import lines', () => {
    const source = link('sample/draw')
    expect(source.startsWith(bodyOf('sample/draw'))).toBe(true)
    expect(source.split(bodyOf('shared/philox')).length).toBe(2)
    expect(source).not.toMatch(/^import/m)
  })

  test('puts variants in the place of modules', () => {
    const source = link('sample/draw', { 'shared/logits_f32': 'shared/logits_f32x4' })
    expect(source).toContain(bodyOf('shared/logits_f32x4'))
    expect(source).not.toContain(bodyOf('shared/logits_f32'))
  })

  test('puts what a variant enables first', () => {
    const source = link('sample/draw', { 'shared/reduce_workgroup': 'shared/reduce_subgroup' })
    expect(source.startsWith('enable subgroups;\n')).toBe(true)
    expect(source.match(/^enable/gm)).toHaveLength(1)
  })

  test('names a file that there is not', () => {
    expect(() => link('sample/drawn')).toThrow('sample/drawn is no file of shaders/')
  })
})
