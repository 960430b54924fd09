/** Draws that may never change: see test/cpu/draws.test.ts, which reads the same table. */
import { describe, expect } from 'vitest'
import draws from '../fixtures/draws.json'
import { DRAW_CASES } from '../helpers/draws/cases'
import { encoded, place } from '../helpers/draws/encode'
import { run } from '../helpers/draws/run'
import { type Table, expectEntries } from '../helpers/draws/table'
import { gpuTest } from '../helpers/gpu'

const table: Table = draws as Table

describe('the draws of the table, on the GPU, of host arrays, of buffers, and recorded', () => {
  for (const [name, drawCase] of Object.entries(DRAW_CASES))
    gpuTest(name, async (gpu) => {
      expectEntries(await run(gpu.sampler, drawCase), table[name])
      if (drawCase.operation === 'noise') return
      expectEntries(await run(gpu.sampler, drawCase, (view) => place(gpu, view)), table[name])
      // What is recorded has other outputs, and so other kernels.
      const written = await encoded(gpu, drawCase)
      if (!written) return
      const { rejected, ...entries } = table[name]
      // Rows that reject a call are marked in what is recorded.
      if (rejected) expect(written.invalidRows).toBe(rejected)
      else expectEntries(written, entries)
    })
})

gpuTest('verify() compares as many words and draws as it did, and finds nothing', async ({ sampler }) => {
  expect(await sampler.verify()).toEqual({ ok: true, words: 75_136, draws: 522, failures: [] })
})
