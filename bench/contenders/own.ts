import { type Sampler, createSampler } from 'gumbel-webgpu'
import { OPERATIONS, OPERATION_NAMES, drawsOf } from '../cases'
import { type Contender, PLAIN, type Prepared, type Problem, TAU } from '../contender'
import { finished, readWords } from '../device'

/** This library, from a GPU buffer to a GPU buffer. */
export async function own(device: GPUDevice): Promise<Contender> {
  const sampler = await createSampler({ device })
  return {
    name: 'gumbel-webgpu',
    about: 'this library, from a GPU buffer to a GPU buffer',
    operations: OPERATION_NAMES,
    device,
    async prepare(problem) {
      if (!problem.operation.startsWith('tfjs')) return prepare(device, sampler, problem)
      return (await import('./tfjs_layer')).ownLayer(device, problem)
    },
  }
}

/** Rows that logits are adjusted with, one for all. */
const ROWS = {
  bitmask: (numClasses: number) => new Uint32Array(Math.ceil(numClasses / 32)).fill(0x55555555),
  bias: (numClasses: number) => Float32Array.from({ length: numClasses }, (_, c) => (c % 5) - 2),
}

function prepare(device: GPUDevice, sampler: Sampler, problem: Problem): Prepared {
  const { operation, batchSize, numClasses, buffer } = problem
  const { STORAGE, COPY_SRC } = GPUBufferUsage
  const made: GPUBuffer[] = []
  const output = (words: number, usage = STORAGE) => {
    made.push(device.createBuffer({ size: 4 * words, usage }))
    return { buffer: made[made.length - 1] }
  }
  const common = { batchSize, numClasses, logits: { buffer } }
  const destroy = () => made.forEach((each) => each.destroy())
  let step = 0

  if (operation === 'gumbel-softmax-forward-backward') {
    const [samples, gradLogits] = [0, 1].map(() => output(batchSize * numClasses))
    const encode = (encoder: GPUCommandEncoder) => {
      const draw = { ...common, seed: 1n, tau: TAU, step: step++, samples }
      sampler.encodeGumbelSoftmax(encoder, draw)
      sampler.encodeGumbelSoftmaxBackward(encoder, { ...draw, gradSamples: { buffer }, gradLogits })
    }
    return { run: (calls) => submit(device, calls, encode), destroy }
  }

  if (operation.startsWith('gumbel-softmax')) {
    const samples = output(batchSize * numClasses)
    const options = { ...common, seed: 1n, tau: TAU }
    const hard = operation === 'gumbel-softmax-hard'
    const encode =
      operation === 'gumbel-softmax-backward'
        ? (encoder: GPUCommandEncoder) =>
            // Any finite gradient will do; the logits are one.
            sampler.encodeGumbelSoftmaxBackward(encoder, {
              ...options,
              gradSamples: { buffer },
              gradLogits: samples,
              step: step++,
            })
        : (encoder: GPUCommandEncoder) =>
            sampler.encodeGumbelSoftmax(encoder, { ...options, samples, hard, step: step++ })
    return { run: (calls) => submit(device, calls, encode), destroy }
  }

  if (operation === 'decoder-step') return decoding(device, sampler, problem)

  const numSamples = drawsOf(problem)
  const { filters, adjusted } = OPERATIONS[operation]
  const method = numSamples > 1 ? 'inverse-cdf' : 'gumbel-max'
  const indices = output(batchSize * numSamples, STORAGE | COPY_SRC)
  const logProbs = operation === 'sample-log-probs' ? output(batchSize) : undefined
  const words = adjusted && ROWS[adjusted](numClasses)
  const row = words && output(words.length, STORAGE | GPUBufferUsage.COPY_DST)
  if (row) device.queue.writeBuffer(row.buffer, 0, words)
  const adjustment = row && { [adjusted]: { ...row, rowStride: 0 } }
  const encode = (encoder: GPUCommandEncoder, seed = 1) =>
    sampler.encodeSample(encoder, {
      ...common,
      ...filters,
      ...adjustment,
      numSamples,
      method,
      indices,
      logProbs,
      seed,
      step: step++,
    })
  return {
    run: (calls) => submit(device, calls, encode),
    async draw(seed) {
      await submit(device, 1, (encoder) => encode(encoder, seed))
      return readWords(device, indices.buffer, batchSize)
    },
    async phases() {
      const begin = performance.now()
      const encoder = device.createCommandEncoder()
      encode(encoder)
      const commands = encoder.finish()
      const encoded = performance.now()
      device.queue.submit([commands])
      const submitted = performance.now()
      await readWords(device, indices.buffer, batchSize)
      return { encode: encoded - begin, submit: submitted - encoded, map: performance.now() - submitted }
    },
    destroy,
  }
}

/** The most calls that are recorded together; a decoder begins anew with each round. */
const MOST_TOKENS = 512

function decoding(
  device: GPUDevice,
  sampler: Sampler,
  { operation, batchSize, numClasses, buffer }: Problem,
): Prepared {
  const rows = Array.from({ length: batchSize }, (_, row) => row)
  const { filters } = OPERATIONS[operation]
  const penalties = { repetition: 1.1, frequency: 0.1, presence: 0.1 }
  const options = { batchSize, numClasses, maxTokens: MOST_TOKENS, seed: 1n, penalties, ...filters }
  const decoder = sampler.createDecoder(options)
  return {
    async run(calls) {
      decoder.restart(rows)
      await submit(device, calls, (encoder) => decoder.encodeNext(encoder, { buffer }))
    },
    destroy: () => decoder.destroy(),
  }
}

async function submit(device: GPUDevice, calls: number, encode: (encoder: GPUCommandEncoder) => void): Promise<void> {
  const encoder = device.createCommandEncoder()
  for (let i = 0; i < calls; i++) encode(encoder)
  device.queue.submit([encoder.finish()])
  await finished(device)
}

/** This library without what a row of the table is about: no filters, and many draws by Gumbel-max. */
export async function ownPlain(device: GPUDevice): Promise<Contender> {
  const sampler = await createSampler({ device })
  return {
    name: PLAIN,
    about:
      'this library without what the row is about: no filters, bias or bitmask, no decoder, many draws by Gumbel-max',
    operations: OPERATION_NAMES.filter((name) => OPERATIONS[name].floor === PLAIN),
    device,
    async prepare(problem) {
      const { batchSize, numClasses } = problem
      const numSamples = drawsOf(problem)
      const indices = device.createBuffer({ size: 4 * batchSize * numSamples, usage: GPUBufferUsage.STORAGE })
      const options = { batchSize, numClasses, numSamples, seed: 1, indices: { buffer: indices } }
      let step = 0
      const encode = (encoder: GPUCommandEncoder) =>
        sampler.encodeSample(encoder, { ...options, logits: { buffer: problem.buffer }, step: step++ })
      return { run: (calls) => submit(device, calls, encode), destroy: () => indices.destroy() }
    },
  }
}

/** This library's call that submits and reads the drawn classes back. */
export async function ownReadBack(device: GPUDevice): Promise<Contender> {
  const sampler = await createSampler({ device })
  return {
    name: 'gumbel-webgpu, read back',
    about: 'this library’s sample(), a call at a time, the drawn classes read back',
    operations: ['sample'],
    prepare: async ({ buffer, ...shape }) => drawing(sampler, { buffer }, shape),
  }
}

/** This library's CPU backend. */
export async function ownCpu(): Promise<Contender> {
  const sampler = await createSampler({ backend: 'cpu' })
  return {
    name: 'gumbel-webgpu, CPU',
    about: 'this library’s CPU backend, on one thread, with the logits in host memory',
    operations: ['sample', 'sample-top-k-top-p', 'sample-top-k', 'sample-top-p', 'sample-min-p', 'sample-many'],
    prepare: async ({ host, ...shape }) => drawing(sampler, host, shape),
  }
}

function drawing(
  sampler: Sampler,
  logits: Float32Array | { buffer: GPUBuffer },
  { operation, batchSize, numClasses }: Pick<Problem, 'operation' | 'batchSize' | 'numClasses'>,
): Prepared {
  let step = 0
  const numSamples = drawsOf({ operation, numClasses })
  const method = numSamples > 1 ? 'inverse-cdf' : 'gumbel-max'
  const options = { batchSize, numClasses, numSamples, method, ...OPERATIONS[operation].filters } as const
  const call = (seed: number) => sampler.sample(logits, { ...options, seed, step: step++ })
  return {
    async run(calls) {
      for (let i = 0; i < calls; i++) await call(1)
    },
    draw: async (seed) => (await call(seed)).indices,
    destroy() {},
  }
}
