import { createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { CALLS, commonOptions, hostInputs } from '../helpers/calls/calls'
import { memoryKinds } from '../helpers/calls/memory'
import { expectSameResult } from '../helpers/calls/same'

const sampler = await createSampler({ backend: 'cpu' })
const MEMORY = await memoryKinds()

test('Node has every kind of memory', () => {
  expect(Object.keys(MEMORY).length).toBe(8)
})

describe.each(Object.entries(MEMORY))('arrays of %s are taken', (_, copy) => {
  test.each(Object.entries(CALLS))('by %s', async (_, { own, call }) => {
    const plain = hostInputs()
    const options = commonOptions()
    const expected = await call(sampler, plain, { ...options, ...own(plain) })
    const copies = {
      logits: copy(plain.logits),
      gradSamples: copy(plain.gradSamples),
      samples: copy(plain.samples),
      indices: copy(plain.indices),
    }
    const { seed, streams, temperature, tau } = options
    const lists = { seed: copy(seed), streams: copy(streams), temperature: copy(temperature), tau: copy(tau) }
    expectSameResult(await call(sampler, copies, { ...options, ...lists, ...own(copies) }), expected)
    const views = { ...copies, logits: { data: copies.logits }, gradSamples: { data: copies.gradSamples } }
    expectSameResult(await call(sampler, views, { ...options, ...own(views) }), expected)
  })
})
