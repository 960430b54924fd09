import { DeviceError, type EncodeSampleOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { WebGpuSampler } from '../../src/backends/webgpu'
import { Context } from '../../src/gpu/context'
import { expectClose, expectSame } from '../helpers/compare'
import { type TestGpu, gpuTest, newDevice } from '../helpers/gpu'
import { KINDS, inputsOf } from '../helpers/kinds'
import { randomLogits } from '../helpers/logits'

const cpu = await createSampler({ backend: 'cpu' })
const SMALL = { batchSize: 2, numClasses: 50, seed: 1 }
const data = randomLogits('normal', SMALL.batchSize, SMALL.numClasses, 1)

/** Buffers that only the GPU knows to be of no use. */
const USELESS: Record<string, (gpu: TestGpu, other: GPUDevice, bytes: number) => GPUBuffer> = {
  'a destroyed buffer': ({ buffer }, _, bytes) => {
    const made = buffer(bytes)
    made.destroy()
    return made
  },
  'a mapped buffer': ({ device }, _, size) =>
    device.createBuffer({ size, usage: GPUBufferUsage.STORAGE, mappedAtCreation: true }),
  "another device's buffer": (_, other, size) => other.createBuffer({ size, usage: GPUBufferUsage.STORAGE }),
}

/** Inputs of each kind that may be in buffers. */
const BUFFERED = {
  sample: ['logits'],
  'sample of a view': ['logits'],
  gumbelSoftmax: ['logits'],
  gumbelSoftmaxBackward: ['logits', 'gradSamples'],
  'gumbelSoftmaxBackward of samples': ['logits', 'gradSamples', 'samples'],
  concreteLogProb: ['logits', 'samples'],
  gumbelGivenIndex: ['logits', 'indices'],
} as const

describe('a call refuses, and later calls are right', () => {
  for (const [name, inputs] of Object.entries(BUFFERED))
    gpuTest(`${name}, buffers of no use as ${inputs.join(', ')}`, async (gpu) => {
      const { sampler, buffer, device, upload } = gpu
      const call = KINDS[name]
      const other = await newDevice('plain')
      const expected = await call(cpu, inputsOf(1))
      for (const input of inputs) {
        const host = inputsOf(1)
        const bytes = host[input].byteLength
        const given = (made: GPUBuffer) => call(sampler, { ...host, [input]: { buffer: made } })
        for (const [what, make] of Object.entries(USELESS)) {
          const made = make(gpu, other, bytes)
          const refusal = await given(made).catch((error: unknown) => error)
          expect(refusal, what).toBeInstanceOf(DeviceError)
          expect(refusal).toMatchObject({ lost: false, message: expect.stringMatching(/^the GPU refused the call: ./) })
          made.destroy()
        }
        const small = { name: 'RangeError', message: expect.stringMatching(RegExp(`^${input}.* (hold|has) .* need `)) }
        await expect(given(buffer(4 * Math.floor(bytes / 8)))).rejects.toMatchObject(small)
        const copyOnly = device.createBuffer({ size: bytes, usage: GPUBufferUsage.COPY_DST })
        await expect(given(copyOnly)).rejects.toThrow(
          `${input}.buffer has usage 8; it must include GPUBufferUsage.STORAGE (128)`,
        )
        copyOnly.destroy()
        await expect(given({} as GPUBuffer)).rejects.toThrow(new TypeError(`${input}.buffer must be a GPUBuffer`))

        const result = await given(upload(host[input]))
        for (const [array, values] of Object.entries(expected)) expectClose(result[array], values, 1e-3, array)
        expectSame(result.indices ?? [0], expected.indices ?? [0], 'indices')
      }
      other.destroy()
    })

  gpuTest("with backend 'auto' too, which stays on the GPU", async (gpu) => {
    const { device, buffer } = gpu
    const changes: unknown[] = []
    const onBackendChange = (...change: unknown[]) => changes.push(change)
    const auto = await createSampler({ device, backend: 'auto', onBackendChange })
    const destroyed = buffer(data.byteLength)
    destroyed.destroy()
    const refused = auto.sample({ buffer: destroyed }, SMALL)
    await expect(refused).rejects.toMatchObject({ name: 'DeviceError', lost: false })
    expectSame((await auto.sample(data, SMALL)).indices, (await cpu.sample(data, SMALL)).indices, 'indices')
    expect([auto.backend, ...changes]).toEqual(['webgpu'])
    auto.destroy()
  })

  // Results of one row that are more than half of the largest buffer are read back through one of the next power of two.
  gpuTest('what there is no memory for', async ({ device, skip }) => {
    const { MAP_READ, COPY_DST } = GPUBufferUsage
    if (await allocates(device, MAP_READ | COPY_DST)) skip('there is memory to read back the largest buffer')
    const numSamples = Math.floor((0.51 * device.limits.maxBufferSize) / (4 * 1000))
    const options = { batchSize: 1, numClasses: 1000, seed: 1, hard: true }
    const logits = randomLogits('normal', 1, 1000, 1)
    const auto = await createSampler({ device, backend: 'auto' })
    const refused = await auto.gumbelSoftmax(logits, { ...options, numSamples }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(DeviceError)
    expect(refused).toMatchObject({
      lost: false,
      message: expect.stringMatching(/^the GPU refused the call: .*memory/i),
    })
    const { samples, indices } = await auto.gumbelSoftmax(logits, options)
    const expected = await cpu.gumbelSoftmax(logits, options)
    expectSame(indices, expected.indices, 'indices')
    expectClose(samples, expected.samples, 1e-5, 'samples')
    expect(auto.backend).toBe('webgpu')
    auto.destroy()
  })

  gpuTest('a buffer of its own that there is no memory for, which it makes anew', async ({ device, skip }) => {
    if (await allocates(device, GPUBufferUsage.STORAGE)) skip('there is memory for the largest buffer')
    const context = new Context(device)
    const grow = context.guarded(async () => context.scratch.atLeast('results', device.limits.maxBufferSize))
    await expect(grow).rejects.toThrow(/^the GPU refused the call: .*memory/i)
    const again = await context.guarded(async () => context.scratch.atLeast('results', 256))
    expect(again.size).toBe(256)
    context.destroy()
  })

  gpuTest(
    'a kernel that the device does not compile',
    async ({ device, sampler }) => {
      const lacking = new WebGpuSampler(device, false, { subgroups: true, wide: true })
      const options = { batchSize: 1, numClasses: 5000, seed: 1 }
      const logits = randomLogits('normal', 1, 5000, 2)
      for (let twice = 0; twice < 2; twice++)
        await expect(lacking.sample(logits, options)).rejects.toThrow(/^the GPU refused the call: (.|\n)*./)
      lacking.destroy()
      const { indices } = await sampler.sample(logits, options)
      expectSame(indices, (await cpu.sample(logits, options)).indices, 'indices')
    },
    'plain',
  )

  gpuTest('what is not WGSL, with what the compiler says', async ({ device }) => {
    const context = new Context(device)
    const compile = context.guarded(async () => {
      const module = device.createShaderModule({ code: 'nonsense' })
      device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } })
    })
    await expect(compile).rejects.toThrow(/^the GPU refused the call: (.|\n)*(pars|syntax)/i)
    context.destroy()
  })
})

/** Whether the device has memory for the largest buffer of this usage. */
async function allocates(device: GPUDevice, usage: GPUBufferUsageFlags): Promise<boolean> {
  device.pushErrorScope('out-of-memory')
  const { maxBufferSize } = device.limits
  device.createBuffer({ size: maxBufferSize - (maxBufferSize % 8), usage }).destroy()
  return (await device.popErrorScope()) === null
}

describe('recorded work', () => {
  /** Words that nothing may write. */
  const UNTOUCHED = [0xdeadbeef, 0xdeadbeef]

  /** Records, finishes and submits in a scope of the caller's; gives what the scope holds. */
  async function submitted({ device, sampler }: TestGpu, draw: EncodeSampleOptions): Promise<GPUError | null> {
    device.pushErrorScope('validation')
    const encoder = device.createCommandEncoder()
    sampler.encodeSample(encoder, draw)
    device.queue.submit([encoder.finish()])
    return device.popErrorScope()
  }

  for (const [what, make] of Object.entries(USELESS))
    for (const place of ['logits', 'indices'] as const)
      gpuTest(`with ${what} for ${place} is an error of the caller's scope, and writes nothing`, async (gpu) => {
        const other = await newDevice('plain')
        const views = { logits: gpu.upload(data), indices: gpu.upload(Uint32Array.from(UNTOUCHED)) }
        const useless = make(gpu, other, views[place].size)
        const logits = place === 'logits' ? useless : views.logits
        const indices = place === 'indices' ? useless : views.indices
        const error = await submitted(gpu, { ...SMALL, logits: { buffer: logits }, indices: { buffer: indices } })
        expect(error?.message).toMatch(/./)
        expectSame(new Uint32Array(await gpu.read(views.indices)), UNTOUCHED, 'indices')
        useless.destroy()
        other.destroy()

        const right = { ...SMALL, logits: { buffer: views.logits }, indices: { buffer: views.indices } }
        expect(await submitted(gpu, right)).toBeNull()
        const expected = (await cpu.sample(data, SMALL)).indices
        expectSame(new Int32Array(await gpu.read(views.indices)), expected, 'indices')
        expectSame((await gpu.sampler.sample(data, SMALL)).indices, expected, 'indices of sample()')
      })

  gpuTest('draws from a buffer that was mapped when it was recorded', async ({ device, sampler, buffer, read }) => {
    const { STORAGE } = GPUBufferUsage
    const logits = device.createBuffer({ size: data.byteLength, usage: STORAGE, mappedAtCreation: true })
    const indices = buffer(8)
    const encoder = device.createCommandEncoder()
    sampler.encodeSample(encoder, { ...SMALL, logits: { buffer: logits }, indices: { buffer: indices } })
    new Float32Array(logits.getMappedRange()).set(data)
    logits.unmap()
    device.queue.submit([encoder.finish()])
    const expected = (await cpu.sample(data, SMALL)).indices
    expectSame(new Int32Array(await read(indices)), expected, 'indices')
    logits.destroy()
  })

  gpuTest('of a sampler that was destroyed meanwhile is an error of the caller’s scope', async (gpu) => {
    const { device, upload, buffer } = gpu
    const sampler = await createSampler({ device })
    const indices = upload(Uint32Array.from(UNTOUCHED))
    const views = { logits: { buffer: upload(data) }, indices: { buffer: indices } }
    const encoder = device.createCommandEncoder()
    sampler.encodeSample(encoder, { ...SMALL, ...views, scores: { buffer: buffer(8) } })
    sampler.destroy()
    device.pushErrorScope('validation')
    device.queue.submit([encoder.finish()])
    expect((await device.popErrorScope())?.message).toMatch(/destroyed/)
    expectSame(new Uint32Array(await gpu.read(indices)), UNTOUCHED, 'indices')
  })

  gpuTest('is refused by name where results would go where it reads, or into each other', async (gpu) => {
    const { device, sampler, upload, buffer } = gpu
    const options = inputsOf(1).options
    const host = inputsOf(1)
    const logits = upload(host.logits)
    const wide = buffer(host.samples.byteLength)
    const encoder = device.createCommandEncoder()
    const read = 'buffer is also read; results need a buffer of their own'
    const blocks = /share 256-byte blocks of one buffer; put them in blocks or buffers of their own$/
    const soft = { ...options, logits: { buffer: wide }, samples: { buffer: wide } }
    expect(() => sampler.encodeGumbelSoftmax(encoder, soft)).toThrow(new TypeError(`samples.${read}`))
    expect(() =>
      sampler.encodeGumbelSoftmax(encoder, { ...soft, logits: { buffer: logits }, indices: { buffer: wide } }),
    ).toThrow(blocks)
    const given = { ...options, logits: { buffer: wide }, indices: { buffer: logits }, noise: { buffer: wide } }
    expect(() => sampler.encodeGumbelGivenIndex(encoder, given)).toThrow(new TypeError(`noise.${read}`))
    expect(() =>
      sampler.encodeGumbelGivenIndex(encoder, { ...given, logits: { buffer: logits }, indices: { buffer: wide } }),
    ).toThrow(new TypeError(`noise.${read}`))
    expect(() =>
      sampler.encodeGumbelGivenIndex(encoder, {
        ...given,
        logits: { buffer: logits },
        statuses: { buffer: wide, offset: 1 },
      }),
    ).toThrow(blocks)
    device.queue.submit([encoder.finish()])
  })
})
