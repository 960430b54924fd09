import { expect } from 'vitest'
import { gumbelOf } from '../../src/noise/transform'
import { type Kernel, sourceOf } from '../../src/gpu/kernel'
import { type TestGpu, gpuTest } from '../helpers/gpu'

const HALVES = 2 ** 16
/** Sampling leaves 4e-5 of slack below the best so far; half of it is for the bounds' own rounding. */
const ROUNDING = 2e-5

/** What a kernel's functions say of every high half: `[lower, upper]` in WGSL, of `h`, which holds it in its upper bits. */
async function boundsOf(gpu: TestGpu, kernel: Kernel, expression: string): Promise<Float32Array> {
  const { device, buffer, read } = gpu
  const code = `${sourceOf(kernel)}
@group(1) @binding(0) var<storage, read_write> bounds: array<vec2<f32>>;

@compute @workgroup_size(64)
fn bounds_of_halves(@builtin(global_invocation_id) id: vec3<u32>) {
  let h = vec4<u32>(id.x << 16u);
  bounds[id.x] = ${expression};
}`
  const module = device.createShaderModule({ code })
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'bounds_of_halves' } })
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
  return new Float32Array(await read(out))
}

/** Small words give large noise. */
const leastNoise = (h: number) => gumbelOf(h * HALVES + HALVES - 1)
const mostNoise = (h: number) => gumbelOf(h * HALVES)

/** High halves whose words have noise that lies out of their bounds. */
function outside(bounds: Float32Array): number[] {
  const found: number[] = []
  for (let h = 0; h < HALVES; h++)
    if (bounds[2 * h] > leastNoise(h) + ROUNDING || bounds[2 * h + 1] < mostNoise(h) - ROUNDING) found.push(h)
  return found
}

gpuTest('the bounds of all 65,536 high halves enclose the noise of all their words', async (gpu) => {
  const kernel: Kernel = { name: 'sample/draw', modules: {}, constants: {} }
  const bounds = await boundsOf(gpu, kernel, 'vec2<f32>(lower_bound(h).x, upper_bound(h).x)')
  expect(outside(bounds)).toEqual([])
  // So loose that nothing is skipped would be right too, and slow.
  let loosest = 0
  for (let h = 1; h < HALVES; h++) loosest = Math.max(loosest, bounds[2 * h + 1] - mostNoise(h))
  expect(loosest).toBeLessThan(4)
  expect(loosest).toBeGreaterThan(0)
})

gpuTest('the likely noise of all 65,536 high halves is within its slack of all their words', async (gpu) => {
  const kernel: Kernel = {
    name: 'sample/draw_short',
    modules: { 'shared/reduce_workgroup': 'shared/reduce_lane' },
    constants: {},
  }
  const bounds = await boundsOf(
    gpu,
    kernel,
    'vec2<f32>(likely(vec4<f32>(h)).noise.x - likely(vec4<f32>(h)).slack.x, likely(vec4<f32>(h)).noise.x + likely(vec4<f32>(h)).slack.x)',
  )
  expect(outside(bounds)).toEqual([])
  // Beyond the tail of 64 bits for the first half.
  expect(bounds[1]).toBeGreaterThan(45.1)
  // Seldom open: the slack is a thousandth on average.
  let width = 0
  for (let h = 1; h < HALVES; h++) width += (bounds[2 * h + 1] - bounds[2 * h]) / HALVES
  expect(width).toBeLessThan(2e-3)
})
