import type { NoiseRange } from '../noise_ranges'
import type { Context } from './context'
import { NO_PARAMS, PARAMS_BYTES, writeParams } from './params'
import { compiled, setKernel } from './shader'

const KERNEL = { name: 'noise/digest', modules: {}, constants: {} }

/** Two words for each range that change with any bit of its noise. At most 65535 ranges, a workgroup each. */
export async function digestNoise(context: Context, ranges: readonly NoiseRange[]): Promise<Uint32Array> {
  const { device, staging, uniforms } = context
  const words = Uint32Array.from(ranges.flatMap(({ first, stride, count }) => [first, stride, count]))
  const bytes = 8 * ranges.length
  const pipeline = await compiled(device, KERNEL)
  const copy = await context.guarded(() => {
    const input = context.upload.atLeast(words.byteLength)
    const results = context.results.atLeast(bytes)
    device.queue.writeBuffer(input, 0, words)
    uniforms.rewind()
    const params = uniforms.bind(PARAMS_BYTES, (into) => writeParams(into, 0, NO_PARAMS))
    const encoder = device.createCommandEncoder({ label: 'gumbel-webgpu digest' })
    const pass = encoder.beginComputePass({ label: 'gumbel-webgpu digest' })
    setKernel(device, pass, KERNEL, pipeline, [
      ['params', params],
      ['ranges', { buffer: input, size: words.byteLength }],
      ['digests', { buffer: results, size: bytes }],
    ])
    pass.dispatchWorkgroups(ranges.length)
    pass.end()
    const buffer = staging.take(bytes)
    encoder.copyBufferToBuffer(results, 0, buffer, 0, bytes)
    device.queue.submit([encoder.finish()])
    return staging.read(buffer, bytes)
  })
  return new Uint32Array(copy)
}
