import { createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { expectSame } from '../helpers/compare'
import { CALLS, commonOptions, hostInputs } from '../helpers/calls/calls'
import { ENCODES, viewsOf } from '../helpers/calls/encodes'
import { FORMS } from '../helpers/calls/forms'
import { expectNamed, wrongNames } from '../helpers/calls/names'
import { expectSameResult } from '../helpers/calls/same'
import { type TestGpu, gpuTest } from '../helpers/gpu'

const cpu = await createSampler({ backend: 'cpu' })

/** Runs a test with a sampler of each backend that draws on the GPU. */
async function onEach({ device, sampler }: TestGpu, body: (each: typeof sampler) => Promise<void>): Promise<void> {
  const auto = await createSampler({ backend: 'auto', device })
  for (const each of [sampler, auto]) await body(each)
  auto.destroy()
}

describe('options and views are read as properties, on every backend alike', () => {
  for (const [name, { own, call }] of Object.entries(CALLS))
    gpuTest(name, async (gpu) => {
      const inputs = hostInputs()
      const options = { ...commonOptions(), ...own(inputs) }
      const expected = await call(cpu, inputs, options)
      await onEach(gpu, async (sampler) => {
        for (const form of Object.values(FORMS)) {
          expectSameResult(await call(sampler, inputs, form(options)), expected)
          const views = {
            logits: form({ data: inputs.logits, offset: 0 }),
            gradSamples: form({ buffer: gpu.upload(inputs.gradSamples), offset: 0 }),
            samples: form({ data: inputs.samples, offset: 0 }),
            indices: form({ buffer: gpu.upload(inputs.indices), offset: 0 }),
          }
          expectSameResult(await call(sampler, views, { ...options, ...own(views) }), expected)
        }
      })
    })

  for (const [name, form] of Object.entries(ENCODES))
    gpuTest(name, async (gpu) => {
      const written = async (options: object, views: ReturnType<typeof viewsOf>) => {
        const encoder = gpu.device.createCommandEncoder()
        form.encode(gpu.sampler, encoder, options)
        gpu.device.queue.submit([encoder.finish()])
        const outputs = Object.keys(form.outputs)
        return Promise.all(outputs.map(async (each) => [...new Uint32Array(await gpu.read(views[each].buffer))]))
      }
      const plain = viewsOf(gpu, form)
      const expected = await written({ ...commonOptions(), ...plain }, plain)
      for (const made of Object.values(FORMS)) {
        const views = viewsOf(gpu, form)
        const ofForm = Object.entries(views).map(([each, view]) => [each, made({ ...view, offset: 0 })])
        const results = await written(made({ ...commonOptions(), ...Object.fromEntries(ofForm) }), views)
        results.forEach((words, i) => expectSame(words, expected[i], Object.keys(form.outputs)[i]))
      }
    })
})

gpuTest('options of a prototype give the draws that they name', async (gpu) => {
  const logits = new Float32Array(3)
  const own = { batchSize: 1, numClasses: 3, seed: 1n }
  const inherited: typeof own = Object.assign(Object.create({ step: 7, numSamples: 4 }), own)
  const { indices } = await cpu.sample(logits, { ...own, step: 7, numSamples: 4 })
  await onEach(gpu, async (sampler) =>
    expectSame((await sampler.sample(logits, inherited)).indices, indices, 'indices'),
  )
})

describe('names that are not used are refused', () => {
  for (const [name, { own, call }] of Object.entries(CALLS))
    gpuTest(`by ${name}`, async (gpu) => {
      const inputs = hostInputs()
      await onEach(gpu, async (sampler) => {
        for (const wrong of wrongNames(name)) {
          const options: object = { ...commonOptions(), ...own(inputs), [wrong.name]: wrong.value }
          await expectNamed(() => call(sampler, inputs, options), wrong)
          await expectNamed(() => call(sampler, inputs, Object.create(options)), wrong)
        }
      })
    })

  for (const [name, form] of Object.entries(ENCODES))
    gpuTest(`by ${name}, and nothing is recorded`, async (gpu) => {
      const encoder = gpu.device.createCommandEncoder()
      const views = viewsOf(gpu, form)
      for (const wrong of wrongNames(name)) {
        const options: object = { ...commonOptions(), ...views, [wrong.name]: wrong.value }
        await expectNamed(() => form.encode(gpu.sampler, encoder, options), wrong)
        await expectNamed(() => form.encode(gpu.sampler, encoder, Object.create(options)), wrong)
      }
      form.encode(gpu.sampler, encoder, { ...commonOptions(), ...views, invalidRows: 'mark', hard: false })
      gpu.device.queue.submit([encoder.finish()])
    })
})

test('createSampler refuses an adapter, and the promise of a device, by what they are', async () => {
  const adapter = await navigator.gpu.requestAdapter()
  const promise = adapter!.requestDevice()
  for (const [device, says] of [
    [adapter, /adapter/i],
    [promise, /promise/i],
  ] as const)
    for (const backend of [undefined, 'auto', 'webgpu'] as const) {
      const made = createSampler({ backend, device: device as unknown as GPUDevice })
      const error = await made.catch((reason: unknown) => reason)
      expect(error, `backend ${backend}`).toBeInstanceOf(TypeError)
      expect((error as TypeError).message).toMatch(/^device .*GPUDevice/)
      expect((error as TypeError).message).toMatch(says)
    }
  const device = await promise
  device.destroy()
})
