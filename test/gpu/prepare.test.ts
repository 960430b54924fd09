import { type PreparedCall, type Sampler, createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { newDevice, gpuTest } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'
import { matrix } from '../helpers/matrix'

interface Case {
  prepared: PreparedCall
  /** The call that was prepared. */
  make(sampler: Sampler, device: GPUDevice): Promise<unknown> | void
}

const SIZE = { batchSize: 6, numClasses: 300 }
const ROWS = SIZE.batchSize * SIZE.numClasses
const logits = randomLogits('normal', SIZE.batchSize, SIZE.numClasses, 1)
const samples = new Float32Array(ROWS).fill(1 / SIZE.numClasses)
const indices = new Int32Array(SIZE.batchSize)

function buffer(device: GPUDevice, elements = ROWS): { buffer: GPUBuffer } {
  return { buffer: device.createBuffer({ size: 4 * elements, usage: GPUBufferUsage.STORAGE }) }
}

function recorded(device: GPUDevice, record: (encoder: GPUCommandEncoder) => void): void {
  const encoder = device.createCommandEncoder()
  record(encoder)
  device.queue.submit([encoder.finish()])
}

const CASES: Record<string, Case> = {
  sample: {
    prepared: { operation: 'sample', ...SIZE },
    make: (sampler) => sampler.sample(logits, { ...SIZE, seed: 7, temperature: 0.5 }),
  },
  'sample with all that it gives': {
    prepared: { operation: 'sample', ...SIZE, logProbs: true, scores: true, numSamples: 3, tail: 'extended' },
    make: (sampler) =>
      sampler.sample(logits, { ...SIZE, seed: 7, logProbs: true, scores: true, numSamples: 3, tail: 'extended' }),
  },
  'sample with seeds a row': {
    prepared: { operation: 'sample', ...SIZE, seed: new BigUint64Array(SIZE.batchSize) },
    make: (sampler) => sampler.sample(logits, { ...SIZE, seed: [1, 2, 3, 4, 5, 6] }),
  },
  'sample of a buffer': {
    prepared: { operation: 'sample', ...SIZE },
    make: (sampler, device) => sampler.sample(buffer(device), { ...SIZE, seed: 7 }),
  },
  'sample of rows apart': {
    prepared: { operation: 'sample', batchSize: 5, numClasses: 297, logits: { offset: 3, rowStride: 300 } },
    make: (sampler, device) =>
      sampler.sample(
        { ...buffer(device), offset: 3, rowStride: 300 },
        { batchSize: 5, numClasses: 297, seed: 7, temperature: 0.5 },
      ),
  },
  'sample of a long row': {
    prepared: { operation: 'sample', batchSize: 1, numClasses: 40000 },
    make: (sampler) => sampler.sample(new Float32Array(40000), { batchSize: 1, numClasses: 40000, seed: 7 }),
  },
  gumbelSoftmax: {
    prepared: { operation: 'gumbelSoftmax', ...SIZE },
    make: (sampler) => sampler.gumbelSoftmax(logits, { ...SIZE, seed: 7, tau: 0.3 }),
  },
  'gumbelSoftmax with hard samples': {
    prepared: { operation: 'gumbelSoftmax', ...SIZE, hard: true },
    make: (sampler) => sampler.gumbelSoftmax(logits, { ...SIZE, seed: 7, hard: true }),
  },
  gumbelSoftmaxBackward: {
    prepared: { operation: 'gumbelSoftmaxBackward', ...SIZE, gradTau: true },
    make: (sampler) => sampler.gumbelSoftmaxBackward(logits, logits, { ...SIZE, seed: 7, gradTau: true }),
  },
  'gumbelSoftmaxBackward of samples': {
    prepared: { operation: 'gumbelSoftmaxBackward', ...SIZE, samples: {} },
    make: (sampler) => sampler.gumbelSoftmaxBackward(logits, logits, { ...SIZE, seed: 7, samples }),
  },
  concreteLogProb: {
    prepared: { operation: 'concreteLogProb', ...SIZE },
    make: (sampler) => sampler.concreteLogProb(samples, logits, SIZE),
  },
  gumbelGivenIndex: {
    prepared: { operation: 'gumbelGivenIndex', ...SIZE },
    make: (sampler) => sampler.gumbelGivenIndex(logits, indices, { ...SIZE, seed: 7 }),
  },
  noise: {
    prepared: { operation: 'noise', kind: 'gumbel', ...SIZE },
    make: (sampler) => sampler.noise('gumbel', { ...SIZE, seed: 7 }),
  },
  encodeSample: {
    prepared: { operation: 'encodeSample', ...SIZE, logProbs: {}, indices: { type: 'int64' } },
    make: (sampler, device) =>
      recorded(device, (encoder) =>
        sampler.encodeSample(encoder, {
          ...SIZE,
          seed: 7,
          logits: buffer(device),
          logProbs: buffer(device),
          indices: { ...buffer(device), type: 'int64' },
        }),
      ),
  },
  encodeGumbelSoftmax: {
    prepared: { operation: 'encodeGumbelSoftmax', ...SIZE, samples: { type: 'float16' } },
    make: (sampler, device) =>
      recorded(device, (encoder) =>
        sampler.encodeGumbelSoftmax(encoder, {
          ...SIZE,
          seed: 7,
          logits: buffer(device),
          samples: { ...buffer(device), type: 'float16' },
        }),
      ),
  },
  encodeGumbelSoftmaxBackward: {
    prepared: { operation: 'encodeGumbelSoftmaxBackward', ...SIZE, statuses: {} },
    make: (sampler, device) =>
      recorded(device, (encoder) =>
        sampler.encodeGumbelSoftmaxBackward(encoder, {
          ...SIZE,
          seed: 7,
          logits: buffer(device),
          gradSamples: buffer(device),
          gradLogits: buffer(device),
          statuses: buffer(device),
        }),
      ),
  },
  encodeGumbelGivenIndex: {
    prepared: { operation: 'encodeGumbelGivenIndex', ...SIZE },
    make: (sampler, device) =>
      recorded(device, (encoder) =>
        sampler.encodeGumbelGivenIndex(encoder, {
          ...SIZE,
          seed: 7,
          logits: buffer(device),
          indices: buffer(device),
          noise: buffer(device),
        }),
      ),
  },
}

/** How many pipelines a device was asked for, at once and side by side. */
function countPipelines(device: GPUDevice): { atOnce: number; aside: number } {
  const count = { atOnce: 0, aside: 0 }
  const [now, later] = [device.createComputePipeline.bind(device), device.createComputePipelineAsync.bind(device)]
  device.createComputePipeline = (descriptor) => {
    count.atOnce++
    return now(descriptor)
  }
  device.createComputePipelineAsync = (descriptor) => {
    count.aside++
    return later(descriptor)
  }
  return count
}

/** Which kernels a call takes is the same on each stack: one of each kind where a device of its own for each takes long. */
const KINDS = [
  'sample with seeds a row',
  'sample of rows apart',
  'gumbelSoftmaxBackward of samples',
  'gumbelGivenIndex',
  'noise',
  'encodeSample',
  'encodeGumbelSoftmax',
]
const ALL = matrix({ everywhere: KINDS, whole: Object.keys(CASES).filter((name) => !KINDS.includes(name)) })

describe('prepare() makes all pipelines of', () => {
  for (const name of ALL)
    test(name, async () => {
      const { prepared, make } = CASES[name]
      // Pipelines are kept a device.
      const device = await newDevice()
      const sampler = await createSampler({ device })
      await sampler.prepare([])
      const count = countPipelines(device)
      await sampler.prepare([prepared])
      expect(count.atOnce).toBe(0)
      expect(count.aside).toBeGreaterThan(0)
      const { aside } = count
      await make(sampler, device)
      await device.queue.onSubmittedWorkDone()
      expect(count).toEqual({ atOnce: 0, aside })
      sampler.destroy()
      device.destroy()
    })
})

const WRONG: readonly [string, unknown, typeof TypeError | typeof RangeError][] = [
  ['calls is 1; it must be an array', 1, TypeError],
  ['calls[0] is sample; it must be an object', ['sample'], TypeError],
  ["calls[1].operation is smaple; it must be 'sample'", [CASES.sample.prepared, { operation: 'smaple' }], RangeError],
  ['batchSize is undefined', [{ operation: 'sample', numClasses: 3 }], TypeError],
  ['options.numSample is not known; did you mean numSamples?', [{ ...CASES.sample.prepared, numSample: 2 }], TypeError],
  ['temperature is -1; it must be', [{ ...CASES.sample.prepared, temperature: -1 }], RangeError],
  ["logProbs is 1; it must be true, false or 'raw'", [{ ...CASES.sample.prepared, logProbs: 1 }], TypeError],
  ['logProbs is true; it must be an object', [{ ...CASES.encodeSample.prepared, logProbs: true }], TypeError],
  ['logits.stride is not known', [{ ...CASES.sample.prepared, logits: { stride: 300 } }], TypeError],
  ['logits.rowStride is 2; it must be at least', [{ ...CASES.sample.prepared, logits: { rowStride: 2 } }], RangeError],
  ["kind is normal; it must be 'bits'", [{ ...CASES.noise.prepared, kind: 'normal' }], RangeError],
  ['options.kind is not known', [{ ...CASES.sample.prepared, kind: 'bits' }], TypeError],
]

describe('prepare()', () => {
  gpuTest('refuses what is wrong by name, on each backend', async ({ device, sampler }) => {
    const auto = await createSampler({ backend: 'auto', device })
    const cpu = await createSampler({ backend: 'cpu' })
    for (const each of [sampler, auto, cpu])
      for (const [message, calls, type] of WRONG) {
        const error = await each.prepare(calls as PreparedCall[]).catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(type)
        expect((error as Error).message).toContain(message)
      }
    for (const each of [auto, cpu]) each.destroy()
  })

  gpuTest('works on each backend, for any number of calls', async ({ device, sampler }) => {
    const auto = await createSampler({ backend: 'auto', device })
    const cpu = await createSampler({ backend: 'cpu' })
    const all = [CASES.sample.prepared, CASES.encodeSample.prepared, CASES.noise.prepared]
    for (const each of [sampler, auto, cpu]) {
      await expect(each.prepare([])).resolves.toBeUndefined()
      await expect(each.prepare([...all, ...all])).resolves.toBeUndefined()
    }
    for (const each of [auto, cpu]) {
      each.destroy()
      await expect(each.prepare([])).rejects.toThrow('this sampler was destroyed')
    }
  })

  test('rejects on a lost device, which backend auto leaves for the CPU', async () => {
    const device = await newDevice()
    const sampler = await createSampler({ device })
    const auto = await createSampler({ backend: 'auto', device })
    const promises = [sampler, auto].map((each) => each.prepare([CASES.gumbelSoftmax.prepared]))
    device.destroy()
    await expect(promises[0]).rejects.toMatchObject({ name: 'DeviceError', lost: true })
    await expect(promises[1]).resolves.toBeUndefined()
    expect(auto.backend).toBe('cpu')
    auto.destroy()
  })
})
