import { createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { BATTERY } from '../helpers/statistics/battery'
import { LEVEL } from '../helpers/statistics/finding'
import { QUICK, sourceOf } from '../helpers/statistics/source'

const source = sourceOf(await createSampler({ backend: 'cpu' }))

// docs/statistics.md has the power of each at full scale: `npm run verify:statistics`.
describe('the CPU backend passes', () => {
  test.each(BATTERY.map((check) => [check.name, check] as const))('%s', async (_, check) => {
    expect((await check.run(source, QUICK)).p).toBeGreaterThan(LEVEL)
  })
})

describe('a sampler that is broken on purpose fails', () => {
  test.each(BATTERY.map((check) => [check.name, check.refuses.name, check] as const))(
    '%s: %s',
    async (_, how, check) => {
      expect((await check.run(check.refuses.of(source), QUICK)).p, how).toBeLessThan(LEVEL)
    },
  )
})
