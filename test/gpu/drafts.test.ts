import { createSampler } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { DRAFTED, K, POSITIONS, draftLogits, draftsOf } from '../helpers/drafts'
import { type TestGpu, gpuTest } from '../helpers/gpu'

const cpu = await createSampler({ backend: 'cpu' })
const logits = draftLogits()
const all = await cpu.verifyDraft(logits, new Int32Array(DRAFTED.batchSize * K), DRAFTED)
const rows = DRAFTED.batchSize * POSITIONS
const { indices: drawn } = await cpu.sample(logits, {
  ...DRAFTED,
  batchSize: rows,
  seed: each((r) => DRAFTED.seed[r]),
  streams: each((r) => DRAFTED.streams[r]),
  step: each((r, i) => DRAFTED.step[r] + i),
  temperature: each((r) => DRAFTED.temperature[r]),
  topK: each((r) => DRAFTED.topK[r]),
  topP: each((r) => DRAFTED.topP[r]),
})
const draft = draftsOf(drawn)
const expected = await cpu.verifyDraft(logits, draft, DRAFTED)

function each<T>(of: (row: number, position: number) => T): T[] {
  return Array.from({ length: rows }, (_, i) => of(Math.floor(i / POSITIONS), i % POSITIONS))
}

gpuTest('verifyDraft() gives what the CPU gives', async ({ sampler, upload }) => {
  expect([...expected.accepted]).toEqual([0, 1, 2, 3, 4])
  expect(await sampler.verifyDraft(logits, draft, DRAFTED)).toEqual(expected)
  expect(await sampler.verifyDraft({ buffer: upload(logits) }, new Int32Array(draft.length), DRAFTED)).toEqual(all)
})

async function encoded(gpu: TestGpu, type: 'int32' | 'int64', more: object) {
  const { device, sampler, upload, buffer, read } = gpu
  const indices = buffer(8 * rows)
  const accepted = buffer(4 * DRAFTED.batchSize)
  const encoder = device.createCommandEncoder()
  sampler.encodeVerifyDraft(encoder, {
    ...DRAFTED,
    draftLength: K,
    logits: { buffer: upload(logits) },
    draft: { buffer: upload(draft) },
    indices: { buffer: indices, type },
    accepted: { buffer: accepted },
    ...more,
  })
  device.queue.submit([encoder.finish()])
  const words = new Int32Array(await read(indices))
  const found = type === 'int64' ? words.filter((_, i) => i % 2 === 0) : words.subarray(0, rows)
  return { indices: [...found], accepted: [...new Int32Array(await read(accepted))] }
}

gpuTest('encodeVerifyDraft() records the same, settings as values and in buffers', async (gpu) => {
  const accepted = [...expected.accepted]
  expect(await encoded(gpu, 'int32', {})).toEqual({ indices: [...expected.indices], accepted })
  const { upload } = gpu
  const seedWords = Uint32Array.from(DRAFTED.seed.flatMap((seed) => [Number(seed), 0]))
  const inBuffers = {
    seed: { buffer: upload(seedWords) },
    step: { buffer: upload(Uint32Array.from([0, ...DRAFTED.step])), offset: 1 },
    temperature: { buffer: upload(Float32Array.from(DRAFTED.temperature)) },
    topK: { buffer: upload(Int32Array.from(DRAFTED.topK)) },
    topP: { buffer: upload(Float32Array.from(DRAFTED.topP)) },
    invalidIndex: 0,
  }
  const zeros = [...expected.indices].map((index) => Math.max(0, index))
  expect(await encoded(gpu, 'int64', inBuffers)).toEqual({ indices: zeros, accepted })
})

gpuTest('encodeVerifyDraft() refuses by name', async (gpu) => {
  await expect(encoded(gpu, 'int32', { draftLength: 0 })).rejects.toThrow('draftLength is 0')
  await expect(encoded(gpu, 'int32', { draft: new Int32Array(20) })).rejects.toThrow(
    'draft must be { buffer: GPUBuffer }',
  )
  await expect(encoded(gpu, 'int32', { draftLength: 5 })).rejects.toThrow('draft hold 20 elements')
})
