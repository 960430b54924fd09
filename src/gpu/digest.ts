import type { NoiseRange } from '../noise/ranges'
import type { Context } from './context'
import type { Kernel } from './kernel'
import { LEAST_WORKGROUP, WORKGROUP_LANES } from './lanes'
import { PARAMS_BYTES, writeParams } from './params'
import { bindGroupOf, compiled } from './pipelines'
import type { Limits } from './plan'

/** Words of a range that one lane digests, at most: four a turn of its loop, of which llvmpipe runs 65,535. */
const MOST_WORDS_A_LANE = 2 ** 17

/**
 * A workgroup digests a range of so many words at most; on software adapters a lane alone, where it may, which compiles in less time and
 * waits at no barrier.
 */
export function digestKernel({ wide }: Pick<Limits, 'wide'>, mostWords: number): Kernel {
  return wide || mostWords > MOST_WORDS_A_LANE
    ? { name: 'noise/digest', modules: {}, constants: { LANES: WORKGROUP_LANES, WORKGROUP: WORKGROUP_LANES } }
    : {
        name: 'noise/digest',
        modules: { 'noise/sum_of_workgroup': 'noise/sum_of_lane' },
        constants: { LANES: 1, WORKGROUP: LEAST_WORKGROUP },
      }
}

/** Two words for each range that change with any bit of its noise. At most 65535 ranges of 2^23 words each. Twin: src/noise/digest.ts. */
export async function digestOnGpu(context: Context, ranges: readonly NoiseRange[]): Promise<Uint32Array> {
  const { device, staging, uniforms, scratch } = context
  const words = Uint32Array.from(ranges.flatMap(({ first, stride, count }) => [first, stride, count]))
  const bytes = 8 * ranges.length
  const kernel = digestKernel(context.limits, Math.max(...ranges.map(({ count }) => count)))
  const { LANES, WORKGROUP } = kernel.constants
  const label = 'gumbel-webgpu digest'
  const pipeline = await compiled(device, kernel)
  return context.guarded(() => {
    const input = scratch.atLeast('upload ranges', words.byteLength)
    const results = scratch.atLeast('results', bytes)
    device.queue.writeBuffer(input, 0, words)
    uniforms.rewind()
    const group = bindGroupOf(device, pipeline, {
      params: uniforms.bind(PARAMS_BYTES, (into) => writeParams(into, undefined, {})),
      ranges: { buffer: input, size: words.byteLength },
      digests: { buffer: results, size: bytes },
    })
    const encoder = device.createCommandEncoder({ label })
    const pass = encoder.beginComputePass({ label })
    pass.setPipeline(pipeline.pipeline)
    pass.setBindGroup(0, group)
    pass.dispatchWorkgroups(Math.ceil((ranges.length * LANES) / WORKGROUP))
    pass.end()
    const buffer = staging.take(bytes)
    encoder.copyBufferToBuffer(results, 0, buffer, 0, bytes)
    device.queue.submit([encoder.finish()])
    return staging.read(buffer, bytes, (mapped) => new Uint32Array(mapped.slice(0)))
  })
}
