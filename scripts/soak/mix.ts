import { type SampleCallOptions, type SampleResult, createSampler } from 'gumbel-webgpu'
import { naiveDensity } from '../../test/helpers/density'
import { nearGradients, nearSamples, refused, same, within } from './check'
import { type Rows, type Tools, anywhere, logitsOf, onGpu, optionsOf, packed, spread, valuesOf } from './inputs'

/** One call, or a few that belong together, with inputs of its own. @throws Error where a result is not the CPU's */
export type Call = (tools: Tools) => Promise<void>

const nearLogProbs = (actual: Float32Array | undefined, expected: Float32Array | undefined, what: string) =>
  within(actual, expected, what, (e) => 2e-5 * Math.max(1, Math.abs(e)))

/** Records with `record`, submits, and waits until it has run. */
async function submitted({ device }: Tools, record: (encoder: GPUCommandEncoder) => void): Promise<void> {
  const encoder = device.createCommandEncoder({ label: 'soak' })
  record(encoder)
  device.queue.submit([encoder.finish()])
}

/** Draws on the device and on the CPU: the same classes, and the same scores where they are asked for. */
async function drawnTwice(
  tools: Tools,
  options: SampleCallOptions,
  what: string,
): Promise<[SampleResult, SampleResult]> {
  const { sampler, cpu } = tools
  const logits = logitsOf(tools)
  const actual = await sampler.sample(anywhere(tools, logits), options)
  const expected = await cpu.sample(logits, options)
  same(actual.indices, expected.indices, `${what}: indices`)
  if (options.scores) same(actual.scores, expected.scores, `${what}: scores`)
  return [actual, expected]
}

/** Options of relaxed samples. */
function softOptionsOf(tools: Tools) {
  return { ...optionsOf(tools, true), tau: 0.3 + 3 * tools.random.uniform() }
}

/** At most what the draws of each row add to a gradient, before they cancel: `y (G - sum(y G)) / (T tau)`, as y is at most 1. */
function cancellingOf({ data, offset, rowStride }: Rows, options: ReturnType<typeof softOptionsOf>): number[] {
  const { batchSize, numClasses, numSamples, temperature = 1, tau } = options
  return Array.from({ length: batchSize }, (_, row) => {
    let sum = 0
    for (let draw = row * numSamples; draw < (row + 1) * numSamples; draw++) {
      const begin = offset + draw * rowStride
      sum += data.subarray(begin, begin + numClasses).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    }
    return sum / (typeof temperature === 'number' ? temperature : temperature[row]) / tau
  })
}

export const MIX: Record<string, Call> = {
  async sample(tools) {
    const [actual, expected] = await drawnTwice(tools, { ...optionsOf(tools), scores: true, logProbs: true }, 'sample')
    nearLogProbs(actual.logProbs, expected.logProbs, 'sample: logProbs')
  },

  async 'sample with filters'(tools) {
    const { random } = tools
    const { classOffset: _, ...own } = optionsOf(tools)
    const filters = {
      topK: random.pick([0, 1, 7, 600]),
      topP: random.pick([1, 0.9, 0.5]),
      minP: random.pick([0, 0.01]),
    }
    const [actual, expected] = await drawnTwice(tools, { ...own, ...filters, kept: true, scores: true }, 'filters')
    same(actual.keptCounts, expected.keptCounts, 'filters: keptCounts')
  },

  async 'sample by inverse-cdf'(tools) {
    const { classOffset: _, ...own } = optionsOf(tools)
    await drawnTwice(tools, { ...own, method: 'inverse-cdf' }, 'inverse-cdf')
  },

  async 'a decoder'(tools) {
    const { sampler, cpu, random } = tools
    const { batchSize, numClasses } = tools.shape
    const options = {
      batchSize,
      numClasses,
      maxTokens: 4,
      seed: random.seed(),
      topP: 0.9,
      penalties: { presence: 1 },
      stopTokens: [random.whole(0, numClasses - 1)],
    }
    const [here, there] = [sampler, cpu].map((each) => each.createDecoder(options))
    for (let step = 0; step < 3; step++) {
      const logits = logitsOf(tools)
      same(await here.next(anywhere(tools, logits)), await there.next(logits), `decoder: step ${step}`)
    }
    here.destroy()
  },

  async encodeSample(tools) {
    const { sampler, cpu, random, buffer, read } = tools
    const options = optionsOf(tools)
    const logits = logitsOf(tools)
    const count = options.batchSize * options.numSamples
    const words = random.pick([1, 2])
    const offset = random.whole(0, 70)
    const indices = buffer(4 * (offset + words * count))
    const scores = buffer(4 * count)
    await submitted(tools, (encoder) =>
      sampler.encodeSample(encoder, {
        ...options,
        logits: onGpu(tools, logits),
        indices: { buffer: indices, offset, type: words === 2 ? 'int64' : 'int32' },
        scores: { buffer: scores },
      }),
    )
    const drawn = new Int32Array(await read(indices)).subarray(offset).filter((_, i) => i % words === 0)
    const expected = await cpu.sample(logits, { ...options, scores: true })
    same(drawn, expected.indices, 'encodeSample: indices')
    same(new Float32Array(await read(scores)), expected.scores, 'encodeSample: scores')
  },

  async 'many encodeSample in one encoder'(tools) {
    const { sampler, cpu, buffer, read } = tools
    const options = optionsOf(tools)
    const logits = logitsOf(tools)
    const count = options.batchSize * options.numSamples
    const place = Math.ceil(count / 64) * 64
    const indices = buffer(4 * place * 8)
    const onDevice = onGpu(tools, logits)
    const steps = Array.from({ length: 8 }, (_, step) => step)
    await submitted(tools, (encoder) => {
      for (const step of steps)
        sampler.encodeSample(encoder, {
          ...options,
          step,
          logits: onDevice,
          indices: { buffer: indices, offset: place * step },
        })
    })
    const drawn = new Int32Array(await read(indices))
    for (const step of [0, 7]) {
      const expected = await cpu.sample(logits, { ...options, step })
      same(drawn.subarray(place * step, place * step + count), expected.indices, `encodeSample: step ${step}`)
    }
  },

  async gumbelSoftmax(tools) {
    const { sampler, cpu, random } = tools
    const options = { ...softOptionsOf(tools), hard: random.whole(0, 2) === 0 }
    const logits = logitsOf(tools, true)
    const actual = await sampler.gumbelSoftmax(anywhere(tools, logits), options)
    const expected = await cpu.gumbelSoftmax(logits, options)
    same(actual.indices, expected.indices, 'gumbelSoftmax: indices')
    nearSamples(actual.samples, expected.samples, 'gumbelSoftmax: samples')
  },

  async encodeGumbelSoftmax(tools) {
    const { sampler, cpu, random, buffer, read } = tools
    const options = softOptionsOf(tools)
    const { batchSize, numClasses, numSamples } = options
    const logits = logitsOf(tools, true)
    const count = batchSize * numSamples
    const half = random.whole(0, 1) === 0
    const rowStride = 2 * Math.ceil(numClasses / 2) + 2
    const samples = buffer(Math.ceil((count * rowStride * (half ? 2 : 4)) / 4) * 4)
    const indices = buffer(4 * count)
    await submitted(tools, (encoder) =>
      sampler.encodeGumbelSoftmax(encoder, {
        ...options,
        logits: onGpu(tools, logits),
        samples: { buffer: samples, type: half ? 'float16' : 'float32', rowStride },
        indices: { buffer: indices },
      }),
    )
    const expected = await cpu.gumbelSoftmax(logits, options)
    same(new Int32Array(await read(indices)), expected.indices, 'encodeGumbelSoftmax: indices')
    const bytes = await read(samples)
    const all = half ? Float32Array.from(new Uint16Array(bytes), float16) : new Float32Array(bytes)
    const y = packed(all, count, numClasses, 0, rowStride)
    if (half) within(y, expected.samples, 'encodeGumbelSoftmax: float16', (e) => 1e-3 * e + 1e-7)
    else nearSamples(y, expected.samples, 'encodeGumbelSoftmax: samples')
  },

  async gumbelSoftmaxBackward(tools) {
    const { sampler, cpu, random } = tools
    const soft = softOptionsOf(tools)
    const options = { ...soft, gradTau: true, gradTemperature: true }
    const logits = logitsOf(tools, true)
    const gradSamples = valuesOf(tools)
    const given = random.whole(0, 1) === 0
    const samples = given ? spread(tools.shape, (await cpu.gumbelSoftmax(logits, soft)).samples) : undefined
    const actual = await sampler.gumbelSoftmaxBackward(anywhere(tools, gradSamples), anywhere(tools, logits), {
      ...options,
      samples: samples && anywhere(tools, samples),
    })
    const expected = await cpu.gumbelSoftmaxBackward(gradSamples, logits, { ...options, samples })
    nearGradients(
      actual.gradLogits,
      expected.gradLogits,
      cancellingOf(gradSamples, options),
      `gradLogits${given ? ' of samples' : ''}`,
    )
    if (actual.gradTau?.some(Number.isNaN) || actual.gradTemperature?.some(Number.isNaN))
      throw new Error('gumbelSoftmaxBackward: a gradient of tau or of the temperature is NaN')
  },

  async encodeGumbelSoftmaxBackward(tools) {
    const { sampler, cpu, buffer, read } = tools
    const options = softOptionsOf(tools)
    const { batchSize, numClasses } = options
    const logits = logitsOf(tools, true)
    const gradSamples = valuesOf(tools)
    const out = buffer(4 * batchSize * numClasses)
    await submitted(tools, (encoder) =>
      sampler.encodeGumbelSoftmaxBackward(encoder, {
        ...options,
        logits: onGpu(tools, logits),
        gradSamples: onGpu(tools, gradSamples),
        gradLogits: { buffer: out },
      }),
    )
    const expected = await cpu.gumbelSoftmaxBackward(gradSamples, logits, options)
    nearGradients(
      new Float32Array(await read(out)),
      expected.gradLogits,
      cancellingOf(gradSamples, options),
      'encoded gradLogits',
    )
  },

  async concreteLogProb(tools) {
    const { sampler, cpu } = tools
    const options = { ...softOptionsOf(tools), temperature: 1 }
    const { batchSize, numClasses, numSamples, tau } = options
    const logits = logitsOf(tools, true)
    const { samples } = await cpu.gumbelSoftmax(logits, options)
    const y = spread(tools.shape, samples)
    const density = { batchSize, numClasses, numSamples, tau }
    const actual = await sampler.concreteLogProb(anywhere(tools, y), anywhere(tools, logits), density)
    const expected = await cpu.concreteLogProb(y, logits, density)
    within(actual, expected, 'concreteLogProb', (_, i) => {
      const row = Math.floor(i / numSamples) * logits.rowStride + logits.offset
      const { size } = naiveDensity(
        samples.subarray(i * numClasses, (i + 1) * numClasses),
        logits.data.subarray(row, row + numClasses),
        1,
        tau,
      )
      return 4e-6 * size + 2e-5
    })
  },

  async gumbelGivenIndex(tools) {
    const { sampler, cpu, random } = tools
    const { options, logits, indices } = await givenOf(tools)
    const given = random.whole(0, 1) === 0 ? indices : { buffer: tools.upload(indices) }
    const actual = await sampler.gumbelGivenIndex(anywhere(tools, logits), given, options)
    const expected = await cpu.gumbelGivenIndex(logits, indices, options)
    within(actual.noise, expected.noise, 'gumbelGivenIndex', (e) => 4e-5 * Math.max(1, Math.abs(e)))
  },

  async encodeGumbelGivenIndex(tools) {
    const { sampler, cpu, buffer, read } = tools
    const { options, logits, indices } = await givenOf(tools)
    const noise = buffer(4 * options.numClasses * indices.length)
    await submitted(tools, (encoder) =>
      sampler.encodeGumbelGivenIndex(encoder, {
        ...options,
        logits: onGpu(tools, logits),
        indices: { buffer: tools.upload(indices) },
        noise: { buffer: noise },
      }),
    )
    const expected = await cpu.gumbelGivenIndex(logits, indices, options)
    within(new Float32Array(await read(noise)), expected.noise, 'encoded noise', (e) => 4e-5 * Math.max(1, Math.abs(e)))
  },

  async noise(tools) {
    const { sampler, cpu, random } = tools
    const { temperature: _, numSamples: __, ...options } = optionsOf(tools)
    const kind = random.pick(['bits', 'uniform', 'exponential', 'gumbel'] as const) as 'gumbel'
    same(await sampler.noise(kind, options), await cpu.noise(kind, options), `noise: ${kind}`)
  },

  async 'rows without a distribution'(tools) {
    const { sampler, cpu, random } = tools
    const options = optionsOf(tools)
    const logits = logitsOf(tools)
    const row = random.whole(0, options.batchSize - 1)
    logits.data[logits.offset + row * logits.rowStride] = random.pick([NaN, Infinity])
    await refused(sampler.sample(anywhere(tools, logits), options), 'InvalidRowsError', 'an invalid row')
    const marked = { ...options, invalidRows: 'mark' } as const
    const [actual, expected] = [await sampler.sample(logits, marked), await cpu.sample(logits, marked)]
    same(actual.indices, expected.indices, 'marked rows: indices')
  },

  async 'refused calls'(tools) {
    const { sampler, buffer } = tools
    const options = optionsOf(tools)
    const data = new Float32Array(options.batchSize * options.numClasses)
    await refused(sampler.sample(data, { ...options, temperature: -1 }), 'RangeError', 'temperature -1')
    await refused(sampler.sample(data.subarray(1), options), 'RangeError', 'short logits')
    const destroyed = buffer(4 * data.length)
    destroyed.destroy()
    await refused(sampler.sample({ buffer: destroyed }, options), 'DeviceError', 'a destroyed buffer')
  },

  async 'another sampler on the device'(tools) {
    const { device, cpu } = tools
    const options = optionsOf(tools)
    const logits = logitsOf(tools)
    const another = await createSampler({ device })
    const { indices } = await another.sample(logits, options)
    another.destroy()
    same(indices, (await cpu.sample(logits, options)).indices, 'another sampler: indices')
  },

  async verify({ sampler }) {
    const { ok, failures } = await sampler.verify()
    if (!ok) throw new Error(`verify: ${failures.join('; ')}`)
  },
}

/** Logits, and the classes that are drawn from them. */
async function givenOf(tools: Tools) {
  const options = optionsOf(tools, true)
  const logits: Rows = logitsOf(tools, true)
  const { indices } = await tools.cpu.sample(logits, options)
  return { options, logits, indices: indices as Int32Array<ArrayBuffer> }
}

/** The value of an IEEE half: samples are 0 or more. */
function float16(bits: number): number {
  const [exponent, fraction] = [bits >> 10, bits & 0x3ff]
  return exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25)
}
