import { philox4x32 } from 'gumbel-webgpu'
import { expect } from 'vitest'
import philox from '../../shaders/shared/philox.wgsl?raw'
import { expectSame } from '../helpers/compare'
import { type TestGpu, gpuTest } from '../helpers/gpu'
import { KNOWN_ANSWERS } from '../helpers/known_answers'
import { Random } from '../helpers/random'

/** A kernel that writes blocks in WGSL, of `counter`, `key` and `w`. */
const kernel = (block: string) => `
@group(0) @binding(0) var<storage, read> counters: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> keys: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> words: array<vec4<u32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < arrayLength(&counters)) {
    let counter = counters[id.x];
    let key = keys[id.x].xy;
    let w = keys[id.x].z;
    words[id.x] = ${block};
  }
}`

/** The blocks that the shader gives, four words each. @param keys two words each, and w */
async function blocks(
  { device, upload, buffer, read }: TestGpu,
  counters: number[][],
  keys: number[][],
  block = 'philox4x32(counter, key)',
) {
  const module = device.createShaderModule({ code: kernel(block) + philox })
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } })
  const out = buffer(counters.length * 16)
  const inputs = [counters, keys.map(([low, high, w = 0]) => [low, high, w, 0])].map((rows) =>
    upload(Uint32Array.from(rows.flat())),
  )
  const entries = [...inputs, out].map((each, binding) => ({ binding, resource: { buffer: each } }))
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  pass.setPipeline(pipeline)
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }))
  pass.dispatchWorkgroups(Math.ceil(counters.length / 64))
  pass.end()
  device.queue.submit([encoder.finish()])
  return new Uint32Array(await read(out))
}

gpuTest('Philox4x32-10 in WGSL gives the known answers', async (gpu) => {
  const words = await blocks(
    gpu,
    KNOWN_ANSWERS.map(({ counter }) => counter),
    KNOWN_ANSWERS.map(({ key }) => key),
  )
  KNOWN_ANSWERS.forEach((answer, i) =>
    expect([...words.subarray(4 * i, 4 * i + 4)], `counter ${answer.counter}, key ${answer.key}`).toEqual(answer.words),
  )
})

gpuTest('Philox4x32-10 in WGSL gives the words of the CPU for 20,000 random counters and keys', async (gpu) => {
  const random = new Random(3)
  const word = () => random.pick([random.word(), random.whole(0, 3), 0xffffffff - random.whole(0, 3)])
  const counters = Array.from({ length: 20_000 }, () => [word(), word(), word(), word()])
  const keys = counters.map(() => [word(), word()])
  const expected = counters.flatMap((counter, i) => [...philox4x32(counter, keys[i])])
  expectSame(await blocks(gpu, counters, keys), expected, 'words')
})

gpuTest('pairs of blocks in WGSL are those of counters that differ in their last words', async (gpu) => {
  const random = new Random(4)
  const word = () => random.pick([random.word(), random.whole(0, 3), 0xffffffff - random.whole(0, 3)])
  const counters = Array.from({ length: 5000 }, () => [word(), word(), word(), word()])
  const keys = counters.map(() => [word(), word(), word()])
  const first = await blocks(gpu, counters, keys, 'philox_pair(counter, w, key).first')
  const second = await blocks(gpu, counters, keys, 'philox_pair(counter, w, key).second')
  const others = counters.map(([x, y, z], i) => [x, y, z, keys[i][2]])
  expectSame(
    first,
    counters.flatMap((counter, i) => [...philox4x32(counter, keys[i].slice(0, 2))]),
    'first',
  )
  expectSame(
    second,
    others.flatMap((counter, i) => [...philox4x32(counter, keys[i].slice(0, 2))]),
    'second',
  )
})
