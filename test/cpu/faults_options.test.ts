import { createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { CALLS, commonOptions, hostInputs } from '../helpers/calls/calls'
import { FORMS } from '../helpers/calls/forms'
import { COMMON_OPTIONS, expectNamed, wrongNames } from '../helpers/calls/names'
import { expectSameResult } from '../helpers/calls/same'

const sampler = await createSampler({ backend: 'cpu' })

describe.each(Object.entries(CALLS))('%s', (name, { own, call }) => {
  test.each(Object.entries(FORMS))('reads options as properties: %s', async (_, form) => {
    const inputs = hostInputs()
    const options = { ...commonOptions(), ...own(inputs) }
    expectSameResult(await call(sampler, inputs, form(options)), await call(sampler, inputs, options))
  })

  test.each(Object.entries(FORMS))('reads views as properties: %s', async (_, form) => {
    const { logits, gradSamples, samples, indices } = hostInputs()
    const { length } = logits
    const far = { offset: 3, rowStride: 7 }
    const data = new Float32Array(3 + 7 + length / 2)
    for (const row of [0, 1]) data.set(logits.subarray((row * length) / 2, ((row + 1) * length) / 2), 3 + 7 * row)
    const plain = { logits, gradSamples, samples, indices }
    const views = {
      logits: form({ ...far, data }),
      gradSamples: form({ data: gradSamples }),
      samples: form({ data: samples }),
      indices,
    }
    const ofPlain = await call(sampler, plain, { ...commonOptions(), ...own(plain) })
    expectSameResult(await call(sampler, views, { ...commonOptions(), ...own(views) }), ofPlain)
  })

  test('takes one object that serves every call', async () => {
    const shape = { batchSize: 2, numClasses: 5 }
    const inputs = { ...hostInputs(), gradSamples: new Float32Array(20), samples: new Float32Array(20).fill(0.2) }
    inputs.indices = inputs.indices.subarray(0, 4)
    const options = { ...shape, ...COMMON_OPTIONS, ...own(inputs) }
    expect(await call(sampler, inputs, options)).toBeDefined()
  })

  test('refuses names that it does not use, own or inherited', async () => {
    const inputs = hostInputs()
    for (const wrong of wrongNames(name)) {
      const options: object = { ...commonOptions(), ...own(inputs), [wrong.name]: wrong.value }
      await expectNamed(() => call(sampler, inputs, options), wrong)
      await expectNamed(() => call(sampler, inputs, Object.create(options)), wrong)
    }
  })
})

test('options of a prototype give the draws that they name', async () => {
  const logits = new Float32Array(3)
  const plain = { batchSize: 1, numClasses: 3, seed: 1n, step: 7, numSamples: 4 }
  const own = { batchSize: 1, numClasses: 3, seed: 1n }
  const inherited: typeof plain = Object.assign(Object.create({ step: 7, numSamples: 4 }), own)
  const expected = await sampler.sample(logits, plain)
  expect((await sampler.sample(logits, inherited)).indices).toEqual(expected.indices)
})

test('concreteLogProb honours a tau that is inherited', async () => {
  const samples = Float32Array.of(0.2, 0.3, 0.5)
  const logits = Float32Array.of(1, 2, 3)
  const shape = { batchSize: 1, numClasses: 3 }
  const inherited: typeof shape = Object.assign(Object.create({ tau: 0.3, temperature: 2 }), shape)
  const expected = await sampler.concreteLogProb(samples, logits, { ...shape, tau: 0.3, temperature: 2 })
  expect(await sampler.concreteLogProb(samples, logits, inherited)).toEqual(expected)
})

test('verify refuses names that it does not use', async () => {
  for (const wrong of [
    { name: 'wrods', value: 2 ** 20, meant: 'words' },
    { name: 'onprogress', value: () => {}, meant: 'onProgress' },
    { name: 'seed', value: 1 },
  ])
    await expectNamed(() => sampler.verify({ [wrong.name]: wrong.value } as never), wrong)
})

describe('createSampler', () => {
  test('refuses names that it does not use', async () => {
    for (const wrong of [
      { name: 'backnd', value: 'cpu', meant: 'backend' },
      { name: 'onBackendchange', value: () => {}, meant: 'onBackendChange' },
      { name: 'powerPreference', value: 'low-power' },
      { name: 'adapter', value: {} },
    ])
      await expectNamed(() => createSampler({ backend: 'cpu', [wrong.name]: wrong.value }), wrong)
  })

  test.each(Object.entries(FORMS))('reads its options as properties: %s', async (_, form) => {
    expect((await createSampler(form({ backend: 'cpu' as const, device: undefined }))).backend).toBe('cpu')
  })

  test.each<[unknown, RegExp]>([
    [Promise.resolve({}), /promise/i],
    [null, /null/],
    [{}, /GPUDevice/],
    ['gpu', /GPUDevice/],
    [{ requestDevice: async () => ({}), features: new Set(), limits: {} }, /GPUDevice/],
  ])('refuses %o as a device', async (device, says) => {
    for (const backend of [undefined, 'auto', 'webgpu'] as const) {
      const error = await createSampler({ backend, device: device as GPUDevice }).catch((reason: unknown) => reason)
      expect(error, `backend ${backend}`).toBeInstanceOf(TypeError)
      expect((error as TypeError).message).toMatch(/^device .*GPUDevice/)
      expect((error as TypeError).message).toMatch(says)
    }
  })
})
