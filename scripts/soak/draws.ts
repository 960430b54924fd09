/** Calls that draw classes or noise, and those that are refused. */

import { type SampleCallOptions, type SampleResult, createSampler } from 'gumbel-webgpu'
import { type Call, submitted } from './call'
import { refused, same, within } from './check'
import { type Tools, anywhere, logitsOf, onGpu, optionsOf } from './inputs'

const nearLogProbs = (actual: Float32Array | undefined, expected: Float32Array | undefined, what: string) =>
  within(actual, expected, what, (e) => 2e-5 * Math.max(1, Math.abs(e)))

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

export const DRAWS: Record<string, Call> = {
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
