import { createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { expectClose, expectSame } from '../helpers/compare'
import { type TestGpu, gpuTest } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'

const cpu = await createSampler({ backend: 'cpu' })
const [batchSize, numClasses] = [6, 300]
const data = randomLogits('normal', batchSize, numClasses, 5)

/** Adds 1 to each word of a buffer. */
const COUNT = `
@group(0) @binding(0) var<storage, read_write> words: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < arrayLength(&words)) {
    words[id.x] += 1u;
  }
}`

/** A buffer with `gap` words before the values. */
function words(gpu: TestGpu, values: Float32Array | Uint32Array, gap = 0): { buffer: GPUBuffer; offset: number } {
  const all = new Uint32Array(gap + values.length)
  all.set(new Uint32Array(values.buffer), gap)
  return { buffer: gpu.upload(all), offset: gap }
}

describe('settings read from buffers', () => {
  gpuTest('100 draws of a step that the caller counts on the device are those of 100 calls', async (gpu) => {
    const { device, sampler, buffer, upload, read } = gpu
    const module = device.createShaderModule({ code: COUNT })
    const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } })
    const step = words(gpu, new Uint32Array(batchSize))
    const group = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: step.buffer } }],
    })
    const logits = { buffer: upload(data) }
    const indices = buffer(4 * 100 * batchSize)
    const encoder = device.createCommandEncoder()
    for (let i = 0; i < 100; i++) {
      const to = { buffer: indices, offset: i * batchSize }
      sampler.encodeSample(encoder, { batchSize, numClasses, seed: 3n, step, logits, indices: to })
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, group)
      pass.dispatchWorkgroups(1)
      pass.end()
    }
    device.queue.submit([encoder.finish()])
    const drawn = new Int32Array(await read(indices))
    for (let i = 0; i < 100; i++) {
      const expected = await cpu.sample(data, { batchSize, numClasses, seed: 3n, step: i })
      expectSame(drawn.subarray(i * batchSize, (i + 1) * batchSize), expected.indices, `step ${i}`)
    }
  })

  gpuTest('seeds, temperatures and taus draw as lists of them do', async (gpu) => {
    const { device, sampler, buffer, upload, read } = gpu
    const seeds = [1n, 2n ** 64n - 1n, 5n, 2n ** 32n, 0n, 9n]
    const temperature = Float32Array.of(1, 0, 0.5, 1e-18, 2, 1e18)
    const tau = Float32Array.of(1, 0.5, 0, 2, 0.1, 1)
    const seedWords = Uint32Array.from(seeds.flatMap((seed) => [Number(seed & 0xffffffffn), Number(seed >> 32n)]))
    const encoder = device.createCommandEncoder()
    const samples = buffer(4 * data.length)
    const indices = buffer(4 * batchSize)
    sampler.encodeGumbelSoftmax(encoder, {
      batchSize,
      numClasses,
      step: [0, 1, 2, 3, 4, 5],
      seed: words(gpu, seedWords, 3),
      temperature: words(gpu, temperature, 1),
      tau: words(gpu, tau, 65),
      logits: { buffer: upload(data) },
      samples: { buffer: samples },
      indices: { buffer: indices },
    })
    device.queue.submit([encoder.finish()])
    const options = { batchSize, numClasses, seed: seeds, temperature, tau, step: [0, 1, 2, 3, 4, 5] }
    const expected = await cpu.gumbelSoftmax(data, options)
    expectSame(new Int32Array(await read(indices)), expected.indices, 'indices')
    expectClose(new Float32Array(await read(samples)), expected.samples, 1e-5, 'samples')
  })

  gpuTest('out of range they give no index, and status 9', async (gpu) => {
    const { device, sampler, buffer, upload, read } = gpu
    const temperature = Float32Array.of(1, -1, NaN, 1e-19, 2e18, 0)
    const [indices, statuses] = [buffer(8 * batchSize), buffer(4 * batchSize)]
    for (const shape of [
      { batchSize, numClasses },
      { batchSize, numClasses: 20 },
    ]) {
      const encoder = device.createCommandEncoder()
      sampler.encodeSample(encoder, {
        ...shape,
        seed: 1,
        invalidIndex: -7,
        temperature: words(gpu, temperature),
        logits: { buffer: upload(data) },
        indices: { buffer: indices, type: 'int64' },
        statuses: { buffer: statuses },
      })
      device.queue.submit([encoder.finish()])
      expect([...new Int32Array(await read(statuses))]).toEqual([0, 9, 9, 9, 9, 0])
      const drawn = [...new BigInt64Array(await read(indices))]
      expect(drawn.slice(1, 5)).toEqual([-7n, -7n, -7n, -7n])
      const valid = { ...shape, seed: 1, temperature: [1, 1, 1, 1, 1, 0] }
      const expected = await cpu.sample(data.subarray(0, batchSize * shape.numClasses), valid)
      expect([drawn[0], drawn[5]]).toEqual([BigInt(expected.indices[0]), BigInt(expected.indices[5])])
    }
  })

  gpuTest('a gradient takes them, and gives 0 where one is out of range', async (gpu) => {
    const { device, sampler, buffer, upload, read } = gpu
    const tau = Float32Array.of(1, 0, 0.5, -3, 2, 1)
    const gradSamples = randomLogits('normal', batchSize, numClasses, 6)
    const [gradLogits, statuses] = [buffer(4 * data.length), buffer(4 * batchSize)]
    const encoder = device.createCommandEncoder()
    sampler.encodeGumbelSoftmaxBackward(encoder, {
      batchSize,
      numClasses,
      seed: 1,
      tau: words(gpu, tau),
      logits: { buffer: upload(data) },
      gradSamples: { buffer: upload(gradSamples) },
      gradLogits: { buffer: gradLogits },
      statuses: { buffer: statuses },
    })
    device.queue.submit([encoder.finish()])
    expect([...new Int32Array(await read(statuses))]).toEqual([0, 9, 0, 9, 0, 0])
    const options = { batchSize, numClasses, seed: 1, tau: tau.map((value) => Math.max(value, 0.5)) }
    const expected = await cpu.gumbelSoftmaxBackward(gradSamples, data, options)
    for (const row of [1, 3]) expected.gradLogits.fill(0, row * numClasses, (row + 1) * numClasses)
    expectClose(new Float32Array(await read(gradLogits)), expected.gradLogits, 1e-5, 'gradients')
  })

  gpuTest('are refused in calls, and where they are too short', async (gpu) => {
    const { device, sampler, buffer, upload } = gpu
    const temperature = words(gpu, new Float32Array(batchSize - 1))
    await expect(sampler.sample(data, { batchSize, numClasses, seed: 1, temperature } as never)).rejects.toThrow(
      'temperature is in a GPU buffer, which calls that record take',
    )
    const options = { batchSize, numClasses, seed: 1, temperature, logits: { buffer: upload(data) } }
    const record = () =>
      sampler.encodeSample(device.createCommandEncoder(), { ...options, indices: { buffer: buffer(64) } })
    expect(record).toThrow('temperature hold 5 elements; offset 0 and 6 rows of 1 at a stride of 1 need 6')
  })
})

describe('encodeNoise', () => {
  gpuTest('writes what noise() gives, and nothing else', async (gpu) => {
    const { device, sampler, buffer, read } = gpu
    const shape = { batchSize, numClasses: 45, numSamples: 2, seed: 8 }
    for (const kind of ['bits', 'uniform', 'exponential', 'gumbel'] as const) {
      const to = buffer(4 * (5 + 12 * 50))
      device.queue.writeBuffer(to, 0, new Uint32Array(5 + 12 * 50).fill(0xdeadbeef))
      const encoder = device.createCommandEncoder()
      const step = words(gpu, Uint32Array.of(4, 4, 4, 4, 4, 4), 2)
      sampler.encodeNoise(encoder, { ...shape, kind, step, noise: { buffer: to, offset: 5, rowStride: 50 } })
      device.queue.submit([encoder.finish()])
      const written = new Uint32Array(await read(to))
      const expected = new Uint32Array((await cpu.noise(kind as 'bits', { ...shape, step: 4 })).buffer)
      for (let draw = 0; draw < 12; draw++) {
        const begin = 5 + draw * 50
        expectSame(
          written.subarray(begin, begin + 45),
          expected.subarray(draw * 45, (draw + 1) * 45),
          `${kind} ${draw}`,
        )
        expect([...written.subarray(begin + 45, begin + 50)]).toEqual(Array(5).fill(0xdeadbeef))
      }
    }
  })

  gpuTest('refuses what is wrong', async ({ device, sampler, buffer }) => {
    const encoder = device.createCommandEncoder()
    const options = { batchSize: 1, numClasses: 8, seed: 1, noise: { buffer: buffer(32) } }
    expect(() => sampler.encodeNoise(encoder, { ...options, kind: 'normal' as never })).toThrow(
      "kind is normal; it must be 'bits' or 'uniform' or 'exponential' or 'gumbel'",
    )
    expect(() => cpu.encodeNoise(encoder, { ...options, kind: 'bits' })).toThrow("this sampler's backend is 'cpu'")
  })
})
