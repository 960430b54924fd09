/**
 * Draws that may never change: what the CPU backend gives for each case is what test/fixtures/draws.json holds, which
 * test/gpu/draws.test.ts reads too. A new case is added to the table, and a result whose tolerance allows it remade, by
 * `REMAKE_DRAWS=1 npx vitest run --project cpu test/cpu/draws.test.ts`; the exact entries of a case that stands there are promised.
 */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createSampler, philox4x32 } from 'gumbel-webgpu'
import { afterAll, describe, expect, test } from 'vitest'
import draws from '../fixtures/draws.json'
import { DRAW_CASES } from '../helpers/draws/cases'
import { Words } from '../helpers/draws/inputs'
import { run } from '../helpers/draws/run'
import { type Table, digestOf, entriesOf, expectEntries } from '../helpers/draws/table'

const REMADE = process.env.REMAKE_DRAWS
const sampler = await createSampler({ backend: 'cpu' })
const table: Table = REMADE ? {} : (draws as Table)

describe('the draws of the table, on the CPU', () => {
  test.each(Object.entries(DRAW_CASES))('%s', async (name, drawCase) => {
    const results = await run(sampler, drawCase)
    if (REMADE) table[name] = entriesOf(results)
    expectEntries(results, table[name])
  })

  test('philox4x32: 1,000 blocks', () => {
    const words = new Words(1)
    const blocks = Uint32Array.from(
      Array.from({ length: 1000 }, () => {
        const [a, b, c, d, low, high] = Array.from({ length: 6 }, () => words.word())
        return [...philox4x32([a, b, c, d], [low, high])]
      }).flat(),
    )
    const name = 'philox4x32: 1,000 blocks'
    if (REMADE) table[name] = entriesOf({ blocks })
    expectEntries({ blocks }, table[name])
  })

  test('the table has these cases and no others', () => {
    expect(Object.keys(table).toSorted()).toEqual([...Object.keys(DRAW_CASES), 'philox4x32: 1,000 blocks'].toSorted())
  })
})

test('verify() compares as many words and draws as it did, and finds nothing', async () => {
  const found = await sampler.verify({ words: 2 ** 20 })
  expect(found).toEqual({ ok: true, words: 75_136 + 2 ** 20, draws: 0, failures: [] })
})

describe('the digest', () => {
  test('sees one bit and the order, and takes all NaN for one', () => {
    const values = Float32Array.of(1, 2, 0, NaN)
    const negative = new Float32Array(Uint32Array.of(0x3f800000, 0x40000000, 0, 0xffc00001).buffer)
    expect(digestOf(negative)).toBe(digestOf(values))
    const others = [
      [1, 2, -0, NaN],
      [2, 1, 0, NaN],
      [1, 2, 0, 0],
      [1, 2, 0],
      [1 + 2 ** -23, 2, 0, NaN],
    ]
    for (const other of others) expect(digestOf(Float32Array.from(other)), `${other}`).not.toBe(digestOf(values))
  })
})

afterAll(() => {
  if (REMADE)
    writeFileSync(resolve(import.meta.dirname, '../fixtures/draws.json'), JSON.stringify(table, null, 1) + '\n')
})
