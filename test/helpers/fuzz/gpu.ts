import type fc from 'fast-check'
import type { BufferLogits, Sampler } from 'gumbel-webgpu'
import { WebGpuSampler } from '../../../src/backends/webgpu'
import { type HalfType, placedHalves } from '../halves'
import { type TestGpu, type Variant, allVariantsOf, buffersOn, gpuTest } from '../gpu'
import { type Case, aligned, placed } from './cases'
import { WHOLE } from '../matrix'
import { FUZZ, check } from './check'

/** Of its cases what a test runs: all in long runs, and fewest where it takes few regimes. */
const SHARE = FUZZ.factor > 1 || WHOLE ? 1 : 0.15

/** What one case has: the buffers are freed when it ends. */
export interface FuzzGpu extends Omit<TestGpu, 'sampler' | 'skip'> {
  /** The sampler of a variant; without subgroups where the device has none. */
  samplerOf(variant: Variant): Sampler
}

/** A property of cases on a device. A case also fails on whatever the device has to say. */
export function gpuFuzz<T>(
  name: string,
  runs: number,
  cases: fc.Arbitrary<T>,
  property: (gpu: FuzzGpu, each: T) => Promise<void>,
): void {
  gpuTest(name, async ({ device, read }) => {
    const samplers = new Map<string, Sampler>()
    for (const variant of allVariantsOf(device)) samplers.set(keyOf(variant), new WebGpuSampler(device, false, variant))
    const samplerOf = (variant: Variant) =>
      samplers.get(keyOf(variant)) ?? samplers.get(keyOf({ ...variant, subgroups: false }))!

    await check(name, SHARE * runs, cases, async (each) => {
      const { buffer, upload, free } = buffersOn(device)
      device.pushErrorScope('out-of-memory')
      device.pushErrorScope('validation')
      let errors: (GPUError | null)[] = []
      try {
        await property({ device, samplerOf, buffer, upload, read }, each)
      } finally {
        errors = await Promise.all([device.popErrorScope(), device.popErrorScope()])
        free()
      }
      for (const error of errors) if (error) throw new Error(`the device says: ${error.message}`)
    })
    for (const sampler of samplers.values()) sampler.destroy()
  })
}

function keyOf({ subgroups, wide }: Variant): string {
  return `${subgroups} ${wide}`
}

/** Rows where a case has them: an array, a view of one, or a buffer; and the same for the CPU. */
export function rowsAt({ upload }: Pick<FuzzGpu, 'upload'>, each: Case, packed: Float32Array, where = each.place) {
  const host = placed(packed, each.numClasses, aligned(each, where))
  const { data, ...view } = host
  if (where.where === 'array') return { host, given: data }
  return { host, given: where.where === 'view' ? host : { buffer: upload(data), ...view } }
}

/** The same in a buffer. */
export function bufferAt(gpu: Pick<FuzzGpu, 'upload'>, each: Case, packed: Float32Array, where = each.place) {
  const { host, given } = rowsAt(gpu, each, packed, { ...where, where: 'buffer' })
  return { host, given: given as BufferLogits }
}

/** Rows of halves where a case has them, with NaN around them, in host memory and as they are given. */
export function halvesAt({ upload }: Pick<FuzzGpu, 'upload'>, each: Case, type: HalfType, packed: Uint16Array) {
  const { numClasses, place } = each
  const { offset, gap } = place.where === 'array' ? { offset: 0, gap: 0 } : aligned(each, place)
  const host = placedHalves(type, packed, numClasses, { offset, rowStride: numClasses + gap })
  const { data, ...view } = host
  return { host, given: place.where === 'buffer' ? { buffer: upload(new Uint32Array(data.buffer)), ...view } : host }
}
