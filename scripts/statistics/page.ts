/** What the page runs: the global `statistics` for the script that drives it. */
import { createSampler } from '../../src'
import { BATTERY } from '../../test/helpers/statistics/battery'
import type { Finding } from '../../test/helpers/statistics/finding'
import { FULL, sourceOf } from '../../test/helpers/statistics/source'

export interface Statistics {
  /** What the adapter says it is. */
  adapter: string
  /** What check `i` of the battery finds at full scale. */
  run(i: number): Promise<Finding>
}

async function open(): Promise<Statistics> {
  const sampler = await createSampler({ backend: 'webgpu' })
  const { vendor, architecture, description } = sampler.device!.adapterInfo
  const source = sourceOf(sampler)
  return {
    adapter: description || [vendor, architecture].filter(Boolean).join(' ') || 'not named',
    run: (i) => BATTERY[i].run(source, FULL),
  }
}

Object.assign(globalThis, { statistics: open() })
