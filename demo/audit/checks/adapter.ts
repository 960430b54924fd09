import { html } from '../../dom'
import { grouped } from '../../numbers'
import type { Check } from '../check'

/** Limits that decide how large a call may be, by what the page calls them. */
const LIMITS = {
  'Largest buffer': 'maxBufferSize',
  'Largest binding': 'maxStorageBufferBindingSize',
} as const

export const adapter: Check = {
  id: 'adapter',
  title: 'The adapter',
  about: 'What this browser says of its GPU.',
  figures: ['Name', 'Kind', 'Subgroups', ...Object.keys(LIMITS), '16-bit floats', 'Timestamps'],
  wide: { details: 'All features and limits' },
  weight: () => 1,
  async run({ adapter, device, progress, place }) {
    await progress(0)
    const { vendor, architecture, description, isFallbackAdapter } = adapter.info
    const name = description || [vendor, architecture].filter(Boolean).join(' ') || 'not named by this browser'
    const software = isFallbackAdapter || /swiftshader|llvmpipe/i.test(name)
    const { subgroupMinSize: least, subgroupMaxSize: most } = adapter.info
    const sizes = least === most ? `of ${least}` : `of ${least} to ${most}`
    const features = [...adapter.features].toSorted()
    const limits = limitsOf(adapter.limits)
    place.replaceChildren(
      html('p', {}, features.join(', ') || 'no features'),
      html(
        'dl',
        {},
        ...Object.entries(limits).map(([limit, value]) =>
          html('div', {}, html('dt', {}, limit), html('dd', {}, grouped(value))),
        ),
      ),
    )
    return {
      good: true,
      verdict: software
        ? 'A software adapter: its draws count, but its speed is not a GPU’s.'
        : 'A WebGPU adapter is here, with all that the library needs.',
      figures: {
        Name: name,
        Kind: software ? 'software' : isFallbackAdapter === false ? 'GPU' : 'not told',
        Subgroups: adapter.features.has('subgroups') ? sizes : 'none',
        ...Object.fromEntries(Object.entries(LIMITS).map(([title, limit]) => [title, bytes(device.limits[limit])])),
        '16-bit floats': adapter.features.has('shader-f16') ? 'yes' : 'no',
        Timestamps: adapter.features.has('timestamp-query') ? 'yes' : 'no',
      },
      data: { info: infoOf(adapter.info), features, limits },
    }
  },
}

function bytes(count: number): string {
  return count >= 2 ** 30
    ? `${grouped(Math.round((10 * count) / 2 ** 30) / 10)} GiB`
    : `${grouped(Math.round(count / 2 ** 20))} MiB`
}

function infoOf(info: GPUAdapterInfo): object {
  const { vendor, architecture, device, description, isFallbackAdapter, subgroupMinSize, subgroupMaxSize } = info
  return { vendor, architecture, device, description, isFallbackAdapter, subgroupMinSize, subgroupMaxSize }
}

/** They are getters of a prototype, which JSON would leave out. */
function limitsOf(limits: GPUSupportedLimits): Record<string, number> {
  const all: Record<string, number> = {}
  for (const name in limits) {
    const value = limits[name as keyof GPUSupportedLimits]
    if (typeof value === 'number') all[name] = value
  }
  return all
}
