import type { NoiseRange } from '../noise_ranges'
import type { Context } from './context'
import { NO_PARAMS, PARAMS_BYTES, writeParams } from './params'
import { compiled } from './shader'

/** Two words for each range that change with any bit of its noise. At most 65535 ranges, a workgroup each. */
export async function digestNoise(context: Context, ranges: readonly NoiseRange[]): Promise<Uint32Array> {
  const { device, staging, uniforms } = context
  const words = Uint32Array.from(ranges.flatMap(({ first, stride, count }) => [first, stride, count]))
  const bytes = 8 * ranges.length
  const pipeline = await compiled(device, { name: 'noise/digest', modules: {}, constants: {} })
  const copy = await context.guarded(() => {
    const input = context.upload.atLeast(words.byteLength)
    const results = context.results.atLeast(bytes)
    device.queue.writeBuffer(input, 0, words)
    uniforms.rewind()
    const params = uniforms.bind(PARAMS_BYTES, (into) => writeParams(into, 0, NO_PARAMS))
    const entries = [params, { buffer: input, size: words.byteLength }, { buffer: results, size: bytes }].map(
      (resource, binding) => ({ binding, resource }),
    )
    const encoder = device.createCommandEncoder({ label: 'gumbel-webgpu digest' })
    const pass = encoder.beginComputePass({ label: 'gumbel-webgpu digest' })
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }))
    pass.dispatchWorkgroups(ranges.length)
    pass.end()
    const buffer = staging.take(bytes)
    encoder.copyBufferToBuffer(results, 0, buffer, 0, bytes)
    device.queue.submit([encoder.finish()])
    return staging.read(buffer, bytes)
  })
  return new Uint32Array(copy)
}
