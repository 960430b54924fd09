import fc from 'fast-check'
import { InvalidRowsError, type Sampler, createSampler } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { CALLS, argumentsWith, flawedCalls, goodArguments } from '../helpers/fuzz/arguments'
import { gpuFuzz } from '../helpers/fuzz/gpu'
import { expectSameOutcome, outcomeOf } from '../helpers/fuzz/outcome'
import { REGIMES } from '../helpers/fuzz/regimes'

const cpu = await createSampler({ backend: 'cpu' })

gpuFuzz('flaws are refused as on the CPU, word for word', 1000, flawedCalls(3), async (gpu, { name, flaws }) => {
  const { call } = CALLS[name]
  const sampler = gpu.samplerOf(REGIMES.oneGroup.variant)
  const [actual, expected] = await Promise.all(
    [sampler, cpu].map((each) => outcomeOf(() => call(each, argumentsWith(flaws)))),
  )
  expect('error' in actual, `${name} was answered`).toBe(true)
  expectSameOutcome(actual, expected, () => {})
})

gpuFuzz("so is one by backend 'auto', before anything is copied", 500, flawedCalls(1), async (gpu, { name, flaws }) => {
  const { call } = CALLS[name]
  const auto = await createSampler({ backend: 'auto', device: gpu.device })
  const [actual, expected] = await Promise.all(
    [auto, cpu].map((each) => outcomeOf(() => call(each, argumentsWith(flaws)))),
  )
  auto.destroy()
  expect('error' in actual, `${name} was answered`).toBe(true)
  expectSameOutcome(actual, expected, () => {})
})

const buffers = fc.record({
  name: fc.constantFrom(...Object.keys(CALLS).filter((each) => each !== 'noise')),
  input: fc.constantFrom(...(['logits', 'gradSamples', 'samples', 'indices'] as const)),
  /** A buffer of its own with too few bytes, too many, or without the usage. */
  buffer: fc.record({ words: fc.nat(40), storage: fc.boolean() }),
  offset: fc.oneof(fc.nat(30), fc.double(), fc.anything()),
})

gpuFuzz('buffers of any size and usage are taken or refused by name', 500, buffers, async (gpu, each) => {
  const { STORAGE, COPY_DST } = GPUBufferUsage
  const usage = each.buffer.storage ? STORAGE | COPY_DST : COPY_DST
  const buffer = gpu.device.createBuffer({ size: 4 * each.buffer.words, usage })
  const args = goodArguments()
  args[each.input] = { buffer, offset: each.offset }
  const sampler = gpu.samplerOf(REGIMES.oneGroup.variant)
  const outcome = await outcomeOf(() => CALLS[each.name].call(sampler, args))
  buffer.destroy()
  if ('value' in outcome) return
  const { error } = outcome
  // Samples in a buffer of zeros are none.
  const errors = [RangeError, TypeError, ...(each.input === 'samples' ? [InvalidRowsError] : [])]
  expect(errors, error.message).toContain(error.constructor)
  expect(error.message).toMatch(new RegExp(`^${each.input}\\b`))
})

/** An encode call with arguments that are right, its outputs among them. */
type Encoding = (sampler: Sampler, encoder: GPUCommandEncoder, views: Record<string, unknown>) => void
const SHAPE = { batchSize: 3, numClasses: 5, seed: 1 }
const ENCODINGS: Record<string, { inputs: readonly string[]; outputs: readonly string[]; encode: Encoding }> = {
  encodeSample: {
    inputs: ['logits'],
    outputs: ['indices', 'logProbs', 'scores', 'statuses'],
    encode: (sampler, encoder, views) => sampler.encodeSample(encoder, { ...SHAPE, ...views } as never),
  },
  encodeGumbelSoftmax: {
    inputs: ['logits'],
    outputs: ['samples', 'indices', 'logProbs', 'statuses'],
    encode: (sampler, encoder, views) => sampler.encodeGumbelSoftmax(encoder, { ...SHAPE, ...views } as never),
  },
  encodeGumbelSoftmaxBackward: {
    inputs: ['logits', 'gradSamples', 'samples'],
    outputs: ['gradLogits', 'gradTau', 'gradTemperature', 'statuses'],
    encode: (sampler, encoder, views) => sampler.encodeGumbelSoftmaxBackward(encoder, { ...SHAPE, ...views } as never),
  },
  encodeGumbelGivenIndex: {
    inputs: ['logits', 'indices'],
    outputs: ['noise', 'statuses'],
    encode: (sampler, encoder, views) => sampler.encodeGumbelGivenIndex(encoder, { ...SHAPE, ...views } as never),
  },
}

const anything = fc.oneof(
  fc.anything({ withBigInt: true, withNullPrototype: true }),
  fc.constantFrom<unknown>(Symbol('x'), NaN, -1, 2 ** 31, 2 ** 53),
)
const views = fc.record({
  name: fc.constantFrom(...Object.keys(ENCODINGS)),
  /** Which view is not right, and what of it: all of it, one of its fields, or its buffer. */
  view: fc.nat(10),
  flaw: fc.oneof(
    anything.map((value) => ({ whole: value })),
    fc
      .tuple(fc.constantFrom('offset', 'rowStride', 'type', 'buffer'), anything)
      .map(([key, value]) => ({ [key]: value })),
    fc.record({ words: fc.nat(20), storage: fc.boolean() }),
  ),
})

gpuFuzz('views of any kind are taken or refused by name, and spoil no encoder', 400, views, async (gpu, each) => {
  const { inputs, outputs, encode } = ENCODINGS[each.name]
  const sampler = gpu.samplerOf(REGIMES.oneGroup.variant)
  const good = Object.fromEntries([...inputs, ...outputs].map((name) => [name, { buffer: gpu.buffer(256) }]))
  const names = [...inputs, ...outputs]
  const name = names[each.view % names.length]
  const flaw = each.flaw as Record<string, unknown>
  const { STORAGE, COPY_DST } = GPUBufferUsage
  const own = () =>
    gpu.device.createBuffer({ size: 4 * (flaw.words as number), usage: flaw.storage ? STORAGE : COPY_DST })
  const view = 'whole' in flaw ? flaw.whole : 'words' in flaw ? { buffer: own() } : { ...good[name], ...flaw }

  const encoder = gpu.device.createCommandEncoder()
  const outcome = await outcomeOf(() => encode(sampler, encoder, { ...good, [name]: view }))
  encode(sampler, encoder, good)
  gpu.device.queue.submit([encoder.finish()])
  if ('value' in outcome) return
  const { error } = outcome
  expect([RangeError, TypeError], error.message).toContain(error.constructor)
  expect(error.message).toMatch(new RegExp(`^${name}\\b`))
})
