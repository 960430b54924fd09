import { describe, expect } from 'vitest'
import { gpuTest } from '../helpers/gpu'
import { BATTERY } from '../helpers/statistics/battery'
import { LEVEL } from '../helpers/statistics/finding'
import { QUICK, sourceOf } from '../helpers/statistics/source'

// That each fails for a broken sampler is shown in test/cpu/battery.test.ts.
describe('the GPU passes', () => {
  for (const { name, run } of BATTERY)
    gpuTest(name, async ({ sampler }) => {
      expect((await run(sourceOf(sampler), QUICK)).p).toBeGreaterThan(LEVEL)
    })
})
