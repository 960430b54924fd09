/** Calls for relaxed samples: the samples, their gradients and densities, and noise given classes. */

import { widenFloat16 } from '../../src/halves'
import { naiveDensity } from '../../test/helpers/density'
import { type Call, submitted } from './call'
import { nearGradients, nearSamples, same, within } from './check'
import { type Rows, type Tools, anywhere, logitsOf, onGpu, optionsOf, packed, spread, valuesOf } from './inputs'

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

export const SOFT: Record<string, Call> = {
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
    const all = half ? widenFloat16(new Uint16Array(bytes)) : new Float32Array(bytes)
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
}

/** Logits, and the classes that are drawn from them. */
async function givenOf(tools: Tools) {
  const options = optionsOf(tools, true)
  const logits: Rows = logitsOf(tools, true)
  const { indices } = await tools.cpu.sample(logits, options)
  return { options, logits, indices: indices as Int32Array<ArrayBuffer> }
}
