import { expect } from 'vitest'
import { gumbelOf } from '../../src/cpu/noise'
import { sourceOf } from '../../src/webgpu/shader'
import { gpuTest } from '../helpers/gpu'

const HALVES = 2 ** 16

/** The bounds that sampling skips by, of every high half. */
const KERNEL = `
@group(1) @binding(0) var<storage, read_write> bounds: array<vec2<f32>>;

@compute @workgroup_size(64)
fn bounds_of_halves(@builtin(global_invocation_id) id: vec3<u32>) {
  let h = vec4<u32>(id.x);
  bounds[id.x] = vec2<f32>(lower_bound(h).x, upper_bound(h).x);
}`

// Sampling leaves 4e-5 of slack below the best so far; half of it is for the bounds' own rounding.
gpuTest('the bounds of all 65,536 high halves enclose the noise of all their words', async (gpu) => {
  const { device, buffer, read } = gpu
  const constants = {}
  const kernel = sourceOf({ name: 'sample', logits: 'logits_f32', reduce: 'reduce_workgroup', constants })
  const module = device.createShaderModule({ code: kernel + KERNEL })
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module, entryPoint: 'bounds_of_halves', constants },
  })
  const out = buffer(8 * HALVES)
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(1),
    entries: [{ binding: 0, resource: { buffer: out } }],
  })
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  pass.setPipeline(pipeline)
  pass.setBindGroup(1, group)
  pass.dispatchWorkgroups(HALVES / 64)
  pass.end()
  device.queue.submit([encoder.finish()])
  const bounds = new Float32Array(await read(out))

  const outside: number[] = []
  let loosest = 0
  for (let h = 0; h < HALVES; h++) {
    // Small words give large noise.
    const [least, most] = [gumbelOf(h * HALVES + HALVES - 1), gumbelOf(h * HALVES)]
    const [lower, upper] = bounds.subarray(2 * h, 2 * h + 2)
    if (lower > least + 2e-5 || upper < most - 2e-5) outside.push(h)
    if (h > 0) loosest = Math.max(loosest, upper - most)
  }
  expect(outside).toEqual([])
  // So loose that nothing is skipped would be right too, and slow.
  expect(loosest).toBeLessThan(4)
  expect(loosest).toBeGreaterThan(0)
})
