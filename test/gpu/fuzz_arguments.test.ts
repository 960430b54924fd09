import fc from 'fast-check'
import { createSampler } from 'gumbel-webgpu'
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
  expect([RangeError, TypeError], error.message).toContain(error.constructor)
  expect(error.message).toMatch(new RegExp(`^${each.input}\\b`))
})
