import { createSampler } from 'gumbel-webgpu'
import { describe } from 'vitest'
import { CALLS, commonOptions, hostInputs } from '../helpers/calls/calls'
import { memoryKinds } from '../helpers/calls/memory'
import { expectSameResult } from '../helpers/calls/same'
import { gpuTest } from '../helpers/gpu'

const cpu = await createSampler({ backend: 'cpu' })
const MEMORY = await memoryKinds()

for (const [kind, copy] of Object.entries(MEMORY))
  describe(`arrays of ${kind} are taken`, () => {
    for (const [name, { own, call }] of Object.entries(CALLS))
      gpuTest(`by ${name}`, async ({ device, sampler }) => {
        const plain = hostInputs()
        const options = commonOptions()
        const expected = await call(cpu, plain, { ...options, ...own(plain) })
        const copies = {
          logits: copy(plain.logits),
          gradSamples: copy(plain.gradSamples),
          samples: copy(plain.samples),
          indices: copy(plain.indices),
        }
        const { seed, streams, temperature, tau } = options
        const lists = { seed: copy(seed), streams: copy(streams), temperature: copy(temperature), tau: copy(tau) }
        const auto = await createSampler({ backend: 'auto', device })
        for (const each of [sampler, auto]) {
          expectSameResult(await call(each, copies, { ...options, ...lists, ...own(copies) }), expected)
          const views = { ...copies, logits: { data: copies.logits }, gradSamples: { data: copies.gradSamples } }
          expectSameResult(await call(each, views, { ...options, ...own(views) }), expected)
        }
        auto.destroy()
      })
  })
