import { createSampler } from 'gumbel-webgpu'
import { describe, expect } from 'vitest'
import { ALL_CONTROLS, bitmaskOfStep, expectDecoded, logitsOfStep, plainLoop } from '../helpers/decoding'
import { gpuTest, newDevice } from '../helpers/gpu'
import { expectCloseLogs } from '../helpers/log_probs'
import { matrix } from '../helpers/matrix'

const STEPS = 14
const bias = Float32Array.from({ length: ALL_CONTROLS.numClasses }, (_, c) => (c === 8 ? -Infinity : c === 3 ? 2 : 0))
const nextOf = (step: number) => ({ bitmask: bitmaskOfStep(step, ALL_CONTROLS), bias })
const expected = plainLoop(ALL_CONTROLS, STEPS, nextOf)

describe('a decoder on the GPU', () => {
  gpuTest('next() writes what a plain loop on the CPU does, with every control on', async ({ sampler }) => {
    const decoder = sampler.createDecoder({ ...ALL_CONTROLS, bias: { classes: [3, 8], values: [2, -Infinity] } })
    for (let step = 0; step < STEPS; step++) {
      const { bitmask } = nextOf(step)
      expect([...(await decoder.next(logitsOfStep(step, ALL_CONTROLS), { bitmask }))], `step ${step}`).toEqual(
        expected.given[step],
      )
    }
    expectDecoded(await decoder.read(), expected)
    decoder.destroy()
  })

  for (const indexType of ['int32', 'int64'] as const)
    gpuTest(`encodeNext() writes the same into ${indexType} indices, all steps in one submit`, async (gpu) => {
      const { device, sampler, upload, read } = gpu
      const own = indexType === 'int64' // The decoder has the bias, and a bitmask that all steps replace.
      const none = { data: new Uint32Array(Math.ceil(ALL_CONTROLS.numClasses / 32)), rowStride: 0 }
      const kept = own ? { bias: { data: bias, rowStride: 0 }, bitmask: none } : {}
      const decoder = sampler.createDecoder({ ...ALL_CONTROLS, ...kept, indexType })
      const encoder = device.createCommandEncoder()
      const words = indexType === 'int64' ? 2 : 1
      const seen = gpu.buffer(4 * STEPS * 7 * words)
      for (let step = 0; step < STEPS; step++) {
        decoder.encodeNext(
          encoder,
          { buffer: upload(logitsOfStep(step, ALL_CONTROLS)) },
          {
            bitmask: { buffer: upload(bitmaskOfStep(step, ALL_CONTROLS)) },
            bias: own ? undefined : { buffer: upload(bias), rowStride: 0 },
          },
        )
        encoder.copyBufferToBuffer(decoder.indices!, 0, seen, 4 * step * 7 * words, 4 * 7 * words)
      }
      device.queue.submit([encoder.finish()])
      const given = new Int32Array(await read(seen)).filter((_, i) => i % words === 0)
      expect([...given]).toEqual(expected.given.flat())
      expectDecoded(await decoder.read(), expected)
      decoder.destroy()
    })

  gpuTest(
    'tokens may be appended, and sequences restarted, between draws that are recorded and that are not',
    async (gpu) => {
      const { device, sampler, upload } = gpu
      const cpu = await createSampler({ backend: 'cpu' })
      const raw = { logProbs: 'raw', topLogProbs: 3 } as const
      const options = { ...ALL_CONTROLS, ...raw, minTokens: 0, maxPromptTokens: 9, penalties: { presence: 50 } }
      const [here, there] = [sampler, cpu].map((each) => each.createDecoder(options))
      const both = async () => {
        const [a, b] = [await here.read(), await there.read()]
        expect(a.tokens).toEqual(b.tokens)
        expect(a.finished).toEqual(b.finished)
        expect(a.topIndices).toEqual(b.topIndices)
        const lists = [a, b].map(({ topLogProbs }) => Float32Array.from(topLogProbs!.flatMap((each) => [...each])))
        expectCloseLogs(lists[0], lists[1], 'topLogProbs')
      }
      for (let step = 0; step < 10; step++) {
        const logits = logitsOfStep(step, options)
        if (step % 3 === 0) {
          const encoder = device.createCommandEncoder()
          here.encodeNext(encoder, { buffer: upload(logits) })
          device.queue.submit([encoder.finish()])
          await there.next(logits)
        } else expect(await here.next(logits)).toEqual(await there.next(logits))
        for (const decoder of [here, there]) {
          if (step === 2)
            decoder.append(
              Int32Array.from({ length: 14 }, (_, i) => 100 + i),
              [2, 1, 0, 2, 1, 0, 2],
            )
          if (step === 5)
            decoder.restart([6, 0], {
              prompts: [[1, 2, 3, 4, 5, 6, 7, 8, 9], []],
              seeds: [77n, 2n ** 63n],
              streams: [5, 6],
            })
        }
        await both()
      }
      for (const decoder of [here, there]) decoder.destroy()
    },
  )

  gpuTest('a row without a distribution: next() appends nothing, encodeNext() finishes the sequence', async (gpu) => {
    const { device, sampler, upload } = gpu
    const options = { batchSize: 3, numClasses: 40, maxTokens: 5, seed: 1n }
    const decoder = sampler.createDecoder(options)
    await decoder.next(logitsOfStep(0, options))
    const before = await decoder.read()
    const logits = logitsOfStep(1, options)
    logits[50] = NaN
    await expect(decoder.next(logits)).rejects.toThrow('logits: row 1 holds NaN; no token was appended to any sequence')
    expect(await decoder.read()).toEqual(before)
    const encoder = device.createCommandEncoder()
    decoder.encodeNext(encoder, { buffer: upload(logits) })
    device.queue.submit([encoder.finish()])
    const after = await decoder.read()
    expect(after.finished).toEqual([undefined, 'nan', undefined])
    expect(after.tokens.map((each) => each.length)).toEqual([2, 1, 2])
    expect((await decoder.next(logits))[1]).toBe(0)
    decoder.destroy()
  })

  gpuTest('many decoders use one sampler at once', async ({ sampler }) => {
    const options = { batchSize: 2, numClasses: 300, maxTokens: 6, penalties: { repetition: 2 } }
    const alone = async (seed: number) => {
      const decoder = sampler.createDecoder({ ...options, seed })
      for (let step = 0; step < 6; step++) await decoder.next(logitsOfStep(step, { ...options, seed }))
      return (await decoder.read()).tokens
    }
    const one = [await alone(1), await alone(2), await alone(3)]
    expect(await Promise.all([alone(1), alone(2), alone(3)])).toEqual(one)
  })
})

gpuTest('with auto, a decoder whose device is lost goes on on the CPU with the same tokens', async () => {
  for (const lostAt of matrix({ everywhere: [5], whole: [0, 1] })) {
    const device = await newDevice()
    const sampler = await createSampler({ device, backend: 'auto' })
    const decoder = sampler.createDecoder(ALL_CONTROLS)
    const given: Promise<Int32Array>[] = []
    for (let step = 0; step < STEPS; step++) {
      const logits = logitsOfStep(step, ALL_CONTROLS)
      const next = decoder.next(logits, nextOf(step))
      logits.fill(NaN)
      given.push(next)
      if (step === lostAt) device.destroy()
      else if (step % 2 === 0) await next
    }
    expect((await Promise.all(given)).map((each) => [...each])).toEqual(expected.given)
    expectDecoded(await decoder.read(), expected)
    sampler.destroy()
  }
})

gpuTest('with auto, what encodeNext() drew is gone with the device', async () => {
  const device = await newDevice()
  const sampler = await createSampler({ device, backend: 'auto' })
  const options = { batchSize: 1, numClasses: 64, maxTokens: 4, seed: 1n }
  const decoder = sampler.createDecoder(options)
  const buffer = device.createBuffer({ size: 256, usage: 128 })
  const encoder = device.createCommandEncoder()
  decoder.encodeNext(encoder, { buffer })
  device.queue.submit([encoder.finish()])
  device.destroy()
  await expect(decoder.next(new Float32Array(64))).rejects.toThrow(
    'tokens that encodeNext drew are gone with the device',
  )
  sampler.destroy()
})
