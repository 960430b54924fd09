import { DeviceError, type SampleCallOptions, type SamplerOptions, createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { expectClose, expectSame } from '../helpers/compare'
import { newDevice, testDevice } from '../helpers/gpu'
import { KINDS, LITTLE, inputsOf, overwrite } from '../helpers/kinds'
import { randomLogits } from '../helpers/logits'
import { Random } from '../helpers/random'
import { uncaughtDuring } from '../helpers/uncaught'

const cpu = await createSampler({ backend: 'cpu' })
/** Of devices that are lost soon, for each of which the self-check would be compiled. */
const newSampler = (options: SamplerOptions = {}) => createSampler({ selfCheck: false, ...options })
const SMALL = { batchSize: 2, numClasses: 50, seed: 1 }
const data = randomLogits('normal', SMALL.batchSize, SMALL.numClasses, 1)

interface Call {
  data: Float32Array<ArrayBuffer>
  options: SampleCallOptions & { temperature: Float32Array }
}

function manyCalls(): Call[] {
  const random = new Random(1)
  return Array.from({ length: 100 }, (_, i) => {
    // Few shapes, as each device compiles their kernels anew.
    const batchSize = random.pick([3, 20])
    const numClasses = random.pick([10, 900])
    const temperature = Float32Array.from({ length: batchSize }, () => random.uniform())
    const options = { batchSize, numClasses, seed: random.seed(), temperature, scores: true }
    return { data: randomLogits('normal', batchSize, numClasses, i), options }
  })
}

/** What an undisturbed sampler draws. */
async function undisturbed(calls: readonly Call[]) {
  const sampler = await newSampler({ device: await testDevice() })
  const results = await Promise.all(calls.map((call) => sampler.sample(call.data, call.options)))
  sampler.destroy()
  return results
}

/**
 * Makes half of the calls, loses the device when some are answered, makes the others at once. Each call's arrays are
 * written over when it has returned.
 */
async function loseAmong(calls: readonly Call[], sampler: Awaited<ReturnType<typeof createSampler>>) {
  const device = sampler.device!
  const make = ({ data, options }: Call) => {
    const array = data.slice()
    const temperature = options.temperature.slice()
    const promise = sampler.sample(array, { ...options, temperature })
    array.fill(0)
    temperature.fill(9)
    return promise
  }
  const half = calls.length / 2
  const first = calls.slice(0, half).map(make)
  await first[9]
  device.destroy()
  const promises = [...first, ...calls.slice(half).map(make)]
  return Promise.allSettled(promises)
}

describe("backend 'auto', when its device is lost", () => {
  test('in the middle of 100 calls, answers all, with the tokens of an undisturbed run', async () => {
    const calls = manyCalls()
    const expected = await undisturbed(calls)
    const changes: [string, DeviceError][] = []
    const sampler = await newSampler({ onBackendChange: (...change) => changes.push(change) })
    expect(sampler.backend).toBe('webgpu')
    const results = await loseAmong(calls, sampler)
    expect(results.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))).toEqual([])
    for (const [i, each] of results.entries())
      if (each.status === 'fulfilled') {
        expectSame(each.value.indices, expected[i].indices, `call ${i}: indices`)
        expectSame(each.value.scores, expected[i].scores, `call ${i}: scores`)
      }

    expect(sampler.backend).toBe('cpu')
    expect(sampler.device).toBeUndefined()
    expect(changes).toEqual([['cpu', expect.any(DeviceError)]])
    expect(changes[0][1].lost).toBe(true)
    sampler.destroy()
  })

  for (const [name, call] of Object.entries(KINDS))
    test(`makes a ${name} that is under way again, of what it was given`, async () => {
      const expected = await call(cpu, inputsOf(2, LITTLE))
      const sampler = await newSampler()
      const device = sampler.device!
      // Not the first of its kind, so that the next one borrows what this one copied into.
      const before = await call(sampler, inputsOf(3, LITTLE))
      const inputs = inputsOf(2, LITTLE)
      const promise = call(sampler, inputs)
      overwrite(inputs)
      device.destroy()
      const result = await promise
      for (const [array, values] of Object.entries(expected)) {
        expectSame(result[array], values, array)
        expect(result[array]).not.toEqual(before[array])
      }
      expect(sampler.backend).toBe('cpu')
      sampler.destroy()
    })

  test('between calls, tells so once, even if nobody calls, and draws on', async () => {
    const changes: unknown[] = []
    const sampler = await newSampler({ onBackendChange: (...change) => changes.push(change) })
    const device = sampler.device!
    const before = await sampler.sample(data, SMALL)
    device.destroy()
    await device.lost
    await expect.poll(() => changes.length).toBe(1)
    expect(sampler.backend).toBe('cpu')
    expectSame((await sampler.sample(data, SMALL)).indices, before.indices, 'indices')
    for (const [name, call] of Object.entries(KINDS)) {
      const expected = await call(cpu, inputsOf(4, LITTLE))
      const result = await call(sampler, inputsOf(4, LITTLE))
      for (const [array, values] of Object.entries(expected)) expectSame(result[array], values, `${name}: ${array}`)
    }
    const { ok, words } = await sampler.verify()
    expect([ok, words > 0]).toEqual([true, true])
    expect(changes.length).toBe(1)
    sampler.destroy()
    await expect(sampler.sample(data, SMALL)).rejects.toThrow('this sampler was destroyed')
  })

  test('in the middle of verify(), says nothing of it; the next one verifies the CPU', async () => {
    const sampler = await newSampler()
    const device = sampler.device!
    const verification = sampler.verify()
    device.destroy()
    await expect(verification).rejects.toMatchObject({ name: 'DeviceError', lost: true })
    await device.lost
    await expect.poll(() => sampler.backend).toBe('cpu')
    expect(await sampler.verify()).toMatchObject({ ok: true, failures: [] })
    sampler.destroy()
  })

  test('refuses what is in its buffers, and what is recorded for it', async () => {
    const sampler = await newSampler()
    const device = sampler.device!
    const usage = GPUBufferUsage.STORAGE
    const buffer = device.createBuffer({ size: data.byteLength, usage })
    const ids = device.createBuffer({ size: 4 * SMALL.batchSize, usage })
    await sampler.sample({ buffer }, SMALL)
    const inFlight = sampler.sample({ buffer }, SMALL)
    device.destroy()
    const gap = sampler.sample({ buffer }, SMALL)
    const given = sampler.gumbelGivenIndex(data, { buffer: ids }, SMALL)
    const message = /^logits were in a GPU buffer, which is gone: the GPU device was lost \(.+\); make another sampler/
    const [ofInFlight, ofGap, ofGiven] = await Promise.allSettled([inFlight, gap, given])
    const reason = { name: 'DeviceError', lost: true, message: expect.stringMatching(message) }
    for (const each of [ofInFlight, ofGap]) expect(each).toMatchObject({ status: 'rejected', reason })
    expect(ofGiven).toMatchObject({ reason: { message: expect.stringMatching(/^indices were in a GPU buffer/) } })
    const later = await sampler.sample({ buffer }, SMALL).catch((error: unknown) => error)
    expect(later).toBeInstanceOf(DeviceError)
    expect(later).toMatchObject({ lost: true, message: expect.stringMatching(message) })

    await device.lost
    const encoder = device.createCommandEncoder()
    const views = { logits: { buffer }, indices: { buffer: ids }, ...SMALL }
    expect(() => sampler.encodeSample(encoder, views)).toThrow(/^the GPU device was lost \(/)
    expectSame((await sampler.sample(data, SMALL)).indices, (await cpu.sample(data, SMALL)).indices, 'indices')
    sampler.destroy()
  })

  test('still checks what it is given', async () => {
    const sampler = await newSampler()
    sampler.device!.destroy()
    const bad = { ...SMALL, batchSize: 3 }
    await expect(sampler.sample(data, bad)).rejects.toThrow(/^logits hold 100 elements/)
    await expect(sampler.sample(data, { ...SMALL, temperature: -1 })).rejects.toThrow(/^temperature is -1/)
    await expect(sampler.sample(data, undefined as never)).rejects.toThrow('options is undefined; it must be an object')
    await expect(sampler.sample(data.slice().fill(NaN), SMALL)).rejects.toThrow('row 0 holds NaN')
    sampler.destroy()
  })

  test('goes on with a device of the caller’s only where that is asked for', async () => {
    const device = await newDevice()
    const auto = await newSampler({ device, backend: 'auto' })
    const webgpu = await newSampler({ device })
    const { indices } = await webgpu.sample(data, SMALL)
    const calls = [auto.sample(data, SMALL), webgpu.sample(data, SMALL)]
    device.destroy()
    const [went, stopped] = await Promise.allSettled(calls)
    if (went.status === 'rejected') throw went.reason
    expectSame(went.value.indices, indices, 'indices')
    expect(stopped).toMatchObject({ status: 'rejected', reason: { name: 'DeviceError', lost: true } })
    expect([auto.backend, webgpu.backend]).toEqual(['cpu', 'webgpu'])
  })
})

describe('onBackendChange', () => {
  test('may call the sampler, and make another', async () => {
    const inside: Promise<unknown>[] = []
    const sampler = await newSampler({
      onBackendChange: () => {
        expect(sampler.backend).toBe('cpu')
        inside.push(sampler.sample(data, SMALL))
        inside.push(newSampler().then((other) => other.destroy()))
      },
    })
    const call = sampler.sample(data, SMALL)
    sampler.device!.destroy()
    const { indices } = await call
    await expect.poll(() => inside.length).toBe(2)
    const [again] = await Promise.all(inside)
    expect(again).toEqual({ indices, invalidRows: [] })
    sampler.destroy()
  })

  test('may destroy the sampler: calls under way settle', async () => {
    const sampler = await newSampler({ onBackendChange: () => sampler.destroy() })
    const device = sampler.device!
    const calls = [1, 2, 3].map((seed) => sampler.sample(data, { ...SMALL, seed }))
    device.destroy()
    for (const each of await Promise.allSettled(calls))
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ name: 'DeviceError', lost: false })
    await expect(sampler.sample(data, SMALL)).rejects.toThrow('this sampler was destroyed')
  })

  test('does not lose a call’s result by throwing', async () => {
    const thrown = new Error('thrown by onBackendChange')
    await uncaughtDuring(async (uncaught) => {
      const sampler = await newSampler({
        onBackendChange: () => {
          throw thrown
        },
      })
      const calls = [sampler.sample(data, SMALL), sampler.sample(data, SMALL)]
      sampler.device!.destroy()
      const { indices } = await cpu.sample(data, SMALL)
      for (const each of await Promise.all(calls)) expectSame(each.indices, indices, 'indices')
      await expect.poll(() => uncaught).toEqual([thrown])
      sampler.destroy()
    })
  })

  test('is not told of destroy()', async () => {
    const changes: unknown[] = []
    const sampler = await newSampler({ onBackendChange: (...change) => changes.push(change) })
    const device = sampler.device!
    // Listens to the same loss, and later, so it is told no sooner.
    const changesOfOther: unknown[] = []
    const onBackendChange = (...change: unknown[]) => changesOfOther.push(change)
    const other = await newSampler({ device, backend: 'auto', onBackendChange })
    const call = sampler.sample(data, SMALL)
    sampler.destroy()
    await expect(call).rejects.toThrow('this sampler was destroyed')
    expect((await device.lost).reason).toBe('destroyed')
    await expect.poll(() => changesOfOther.length).toBe(1)
    expect(changes).toEqual([])
    other.destroy()
  })

  test('must be a function', async () => {
    await expect(createSampler({ onBackendChange: 'log' as never })).rejects.toThrow(
      'onBackendChange is string; it must be a function',
    )
  })
})

describe("backend 'webgpu', when its device is lost", () => {
  test('in the middle of 100 calls, settles all: answered rightly, or a DeviceError', async () => {
    const calls = manyCalls()
    const expected = await undisturbed(calls)
    const sampler = await newSampler({ backend: 'webgpu' })
    const results = await loseAmong(calls, sampler)
    const rejected: DeviceError[] = []
    for (const [i, each] of results.entries())
      if (each.status === 'fulfilled') expectSame(each.value.indices, expected[i].indices, `call ${i}: indices`)
      else rejected.push(each.reason as DeviceError)
    expect(rejected.length).toBeGreaterThanOrEqual(50)
    for (const error of rejected) {
      expect(error).toBeInstanceOf(DeviceError)
      expect(error.message).toMatch(/^the GPU device was lost \(.+\); make another sampler with createSampler\(\)$/)
      expect(error.lost).toBe(true)
    }
    sampler.destroy()
  })

  for (const [name, call] of Object.entries(KINDS))
    test(`refuses a ${name} under way, in between and later`, async () => {
      const sampler = await newSampler({ backend: 'webgpu' })
      const device = sampler.device!
      const expected = await call(cpu, inputsOf(5, LITTLE))
      const before = await call(sampler, inputsOf(5, LITTLE))
      for (const [array, values] of Object.entries(expected)) expectClose(before[array], values, 1e-3, array)
      const underWay = call(sampler, inputsOf(6, LITTLE))
      device.destroy()
      const between = call(sampler, inputsOf(7, LITTLE))
      for (const each of await Promise.allSettled([underWay, between]))
        expect(each).toMatchObject({ status: 'rejected', reason: { name: 'DeviceError', lost: true } })
      await expect(call(sampler, inputsOf(8, LITTLE))).rejects.toThrow(/^the GPU device was lost \(/)
      sampler.destroy()
      await expect(call(sampler, inputsOf(8, LITTLE))).rejects.toThrow('this sampler was destroyed')
    })

  test('refuses to verify, and to record', async () => {
    const sampler = await newSampler({ backend: 'webgpu' })
    const device = sampler.device!
    const verification = sampler.verify()
    device.destroy()
    await expect(verification).rejects.toMatchObject({ name: 'DeviceError', lost: true })
    await device.lost
    const encoder = device.createCommandEncoder()
    const message = /^the GPU device was lost \(.+\); make another sampler/
    expect(() => sampler.encodeSample(encoder, {} as never)).toThrow(message)
    expect(() => sampler.encodeGumbelSoftmax(encoder, {} as never)).toThrow(message)
    expect(() => sampler.encodeGumbelSoftmaxBackward(encoder, {} as never)).toThrow(message)
    expect(() => sampler.encodeGumbelGivenIndex(encoder, {} as never)).toThrow(message)
    await expect(sampler.verify()).rejects.toThrow(message)
  })

  test('and one made on a device that is lost already, reject', async () => {
    const device = await newDevice()
    device.destroy()
    await device.lost
    const sampler = await newSampler({ device })
    await expect(sampler.sample(data, SMALL)).rejects.toMatchObject({ name: 'DeviceError', lost: true })
    const auto = await newSampler({ device, backend: 'auto' })
    expectSame((await auto.sample(data, SMALL)).indices, (await cpu.sample(data, SMALL)).indices, 'indices')
  })

  // `device.lost` keeps what listens to it as long as the device lives.
  test('was listened to once, however many samplers there were; those that are left are told', async () => {
    const device = await newDevice()
    let listened = 0
    const { lost } = device
    Object.defineProperty(device, 'lost', {
      get: () => {
        listened++
        return lost
      },
    })
    for (let i = 0; i < 50; i++) (await newSampler({ device })).destroy()
    const [one, auto] = [await newSampler({ device }), await newSampler({ device, backend: 'auto' })]
    expect(listened).toBe(1)
    device.destroy()
    await lost
    await expect(one.sample(data, SMALL)).rejects.toMatchObject({ name: 'DeviceError', lost: true })
    expect(auto.backend).toBe('cpu')
    for (const sampler of [one, auto]) sampler.destroy()
  })
})
