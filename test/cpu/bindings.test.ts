import { expect, test } from 'vitest'
import { bindingsOf, entriesOf } from '../../src/gpu/bindings'
import { MODULES, link } from '../../src/gpu/linker'

const resource: GPUBufferBinding = { buffer: {} as GPUBuffer }

test('bindings are read by name, with their numbers and types', () => {
  const bindings = bindingsOf(
    link('sample/draw_combine', { 'shared/row_settings_uniform': 'shared/row_settings_buffer' }),
  )
  expect(Object.fromEntries(bindings)).toEqual({
    params: { binding: 0, type: 'uniform' },
    row_settings: { binding: 2, type: 'read-only-storage' },
    indices: { binding: 3, type: 'storage' },
    log_probs: { binding: 4, type: 'storage' },
    scores: { binding: 5, type: 'storage' },
    statuses: { binding: 6, type: 'storage' },
    partials: { binding: 8, type: 'storage' },
    remainders: { binding: 19, type: 'storage' },
    maxima: { binding: 20, type: 'storage' },
    log_sums: { binding: 21, type: 'storage' },
  })
})

test('a name has one number in all files, and a number one name', () => {
  const all = [...MODULES.values()].flatMap((source) => [...bindingsOf(source)])
  const pairs = new Set(all.map(([name, { binding }]) => `${name} ${binding}`))
  expect(pairs.size).toBe(new Set(all.map(([name]) => name)).size)
  expect(pairs.size).toBe(new Set(all.map(([, { binding }]) => binding)).size)
  // What is read with @binding but not by bindingsOf would never be bound.
  const written = [...MODULES.values()].flatMap((source) => source.match(/@binding/g) ?? [])
  expect(all.length).toBe(written.length)
})

test('what is bound is found by name', () => {
  const bindings = bindingsOf(link('gumbel_softmax_backward/sum_parts'))
  const entries = entriesOf('sum', bindings, { sums: resource, params: resource, partials: resource })
  expect(entries.map(({ binding }) => binding)).toEqual([18, 0, 8])
})

test('what a kernel has and is not bound, or the reverse, is an error that names both', () => {
  const bindings = bindingsOf(link('gumbel_softmax_backward/sum_parts'))
  expect(() => entriesOf('sum', bindings, { params: resource })).toThrow(
    'kernel sum has the bindings sums, partials, to which nothing is bound',
  )
  const all = Object.fromEntries([...bindings.keys(), 'logits'].map((name) => [name, resource]))
  expect(() => entriesOf('sum', bindings, all)).toThrow('kernel sum has no bindings logits, which are bound')
})
