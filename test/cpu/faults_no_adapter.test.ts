import { DeviceError, createSampler } from 'gumbel-webgpu'
import { afterEach, describe, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
})

const adapterWithoutDevice = {
  features: new Set(),
  limits: {},
  requestDevice: () => Promise.reject(new TypeError('no device today')),
}

/** What a browser has for `navigator` where there is no device to be had, and what the error says of it. */
const NAVIGATORS: Record<string, [navigator: unknown, says: RegExp]> = {
  'no navigator': [undefined, /navigator\.gpu/],
  'no navigator.gpu': [{}, /navigator\.gpu/],
  'requestAdapter() that gives null': [{ gpu: { requestAdapter: async () => null } }, /adapter/],
  'requestAdapter() that rejects': [
    { gpu: { requestAdapter: () => Promise.reject(new Error('this driver is blocked')) } },
    /this driver is blocked/,
  ],
  'requestAdapter() that throws': [
    {
      gpu: {
        requestAdapter: () => {
          throw new Error('disabled by policy')
        },
      },
    },
    /disabled by policy/,
  ],
  'requestDevice() that rejects': [{ gpu: { requestAdapter: async () => adapterWithoutDevice } }, /no device today/],
}

describe.each(Object.entries(NAVIGATORS))('where there is %s', (_, [navigator, says]) => {
  test('createSampler() goes to the CPU, and onBackendChange is told why, once', async () => {
    vi.stubGlobal('navigator', navigator)
    const changes: [string, DeviceError][] = []
    const sampler = await createSampler({ onBackendChange: (...change) => changes.push(change) })
    expect(sampler.backend).toBe('cpu')
    expect(sampler.device).toBeUndefined()
    const { indices } = await sampler.sample(Float32Array.of(0, 1, 2), { batchSize: 1, numClasses: 3, seed: 1 })
    expect(indices.length).toBe(1)
    expect(changes).toEqual([['cpu', expect.any(DeviceError)]])
    expect(changes[0][1].message).toMatch(says)
  })

  test("backend 'webgpu' rejects with a DeviceError that says why", async () => {
    vi.stubGlobal('navigator', navigator)
    const error = await createSampler({ backend: 'webgpu' }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(DeviceError)
    expect((error as DeviceError).message).toMatch(says)
  })

  test("backend 'cpu' asks for nothing and tells of no change", async () => {
    vi.stubGlobal('navigator', navigator)
    const onBackendChange = vi.fn()
    expect((await createSampler({ backend: 'cpu', onBackendChange })).backend).toBe('cpu')
    expect(onBackendChange).not.toHaveBeenCalled()
  })
})
