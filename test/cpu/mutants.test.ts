import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SIDES, edited, editsOf } from '../../scripts/mutants/mutant'
import { MUTANTS } from '../../scripts/mutants/mutants'
import { FAULTS } from '../../demo/audit/faults'
import { MODULES } from '../../src/gpu/linker'

const root = resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(resolve(root, file), 'utf8')

// `npm run verify:mutants` runs them. Where this fails, a source was rewritten: the mutant must make its mistake in the new text.
describe('each mutant changes the sources that there are', () => {
  test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s', (_, mutant) => {
    for (const side of SIDES.filter((each) => mutant.killedBy[each])) {
      const edits = editsOf(mutant, side)
      expect(edits.length, side).toBeGreaterThan(0)
      for (const { file } of edits) expect(edited(file, read(file), edits), `${side}: ${file}`).not.toBe(read(file))
    }
  })
})

test.each(Object.entries(FAULTS))('the fault %s of the audit page changes a kernel that there is', (_, { text }) => {
  expect([...MODULES.values()].filter((source) => source.includes(text))).not.toEqual([])
})

test('a text that is not there once is refused', () => {
  const edit = { file: 'a', find: 'x', put: 'y' }
  expect(() => edited('a', 'no', [edit])).toThrow('a has "x" 0 times, not once')
  expect(() => edited('a', 'x x', [edit])).toThrow('a has "x" 2 times, not once')
  expect(edited('a', 'axb', [edit])).toBe('ayb')
  expect(edited('b', 'axb', [edit])).toBe('axb')
})
