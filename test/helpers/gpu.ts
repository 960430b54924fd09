import { type Sampler, createSampler } from 'gumbel-webgpu'
import { expect, test } from 'vitest'
import { requestDevice } from '../../src/gpu/device'
import { settledByQueue } from '../../src/gpu/nudge'
import type { Limits } from '../../src/gpu/plan'
import { WHOLE } from './matrix'

/** Which kernels and plans a device runs; the draws are the same. */
export type Variant = Pick<Limits, 'subgroups' | 'wide'>

/** The variants that a device can run: with subgroups where it has them, and without; plans for GPUs and for software adapters. */
export function allVariantsOf(device: GPUDevice): Variant[] {
  const subgroups = device.features.has('subgroups') ? [false, true] : [false]
  return subgroups.flatMap((each) => [false, true].map((wide) => ({ subgroups: each, wide })))
}

/**
 * The variants that tests go through: of a device with subgroups that of a GPU, as the others run on stacks whose devices have none;
 * all where whole matrices are run.
 */
export function variantsOf(device: GPUDevice): Variant[] {
  const all = allVariantsOf(device)
  return WHOLE || !device.features.has('subgroups') ? all : all.filter(({ subgroups, wide }) => subgroups && wide)
}

/** A device for one test, and things on it that are freed when the test ends. */
export interface TestGpu {
  device: GPUDevice
  /** A sampler on the device. */
  sampler: Sampler
  /** A buffer of so many bytes, for storage and copies. */
  buffer(bytes: number): GPUBuffer
  /** A buffer that holds these values. */
  upload(data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): GPUBuffer
  read(buffer: GPUBuffer): Promise<ArrayBuffer>
  /** Ends the test as skipped, for the reason given. */
  skip(reason: string): never
}

/**
 * 'full': the library's own choice of features and limits; 'plain': neither features nor raised limits; 'compatibility': where
 * the browser has them, the lower limits of WebGPU on old hardware.
 */
export type DeviceKind = 'full' | 'plain' | 'compatibility'

const devices = new Map<DeviceKind, Promise<GPUDevice>>()

/** A device that nobody else has, for tests that lose it; the caller destroys it. */
export async function newDevice(kind: DeviceKind = 'full'): Promise<GPUDevice> {
  if (kind === 'full') {
    const device = await requestDevice()
    if (device instanceof Error) throw device
    return device
  }
  const adapter = await navigator.gpu?.requestAdapter(kind === 'plain' ? {} : { featureLevel: kind })
  if (!adapter) throw new Error('there is no WebGPU adapter')
  return adapter.requestDevice()
}

/** One device of each kind for all tests of a file, so that each kernel is compiled once. */
export function testDevice(kind: DeviceKind = 'full'): Promise<GPUDevice> {
  let device = devices.get(kind)
  if (!device) devices.set(kind, (device = newDevice(kind)))
  return device
}

/**
 * A test with a device. It fails where there is no adapter, and on whatever the device has to say: a message of the
 * validation and out-of-memory scopes around it, an error outside them, or the loss of the device.
 */
export function gpuTest(name: string, body: (gpu: TestGpu) => Promise<void>, kind: DeviceKind = 'full'): void {
  test(name, async (context) => {
    const device = await testDevice(kind)
    const messages: string[] = []
    const onError = ({ error }: GPUUncapturedErrorEvent) => messages.push(`uncaptured: ${error.message}`)
    device.addEventListener('uncapturederror', onError)
    void device.lost.then(({ message }) => messages.push(`lost: ${message}`))
    device.pushErrorScope('out-of-memory')
    device.pushErrorScope('validation')
    const sampler = await createSampler({ device })
    const { buffer, upload, free } = buffersOn(device)
    try {
      const read = (source: GPUBuffer) => readBuffer(device, source)
      await body({ device, sampler, buffer, upload, read, skip: (reason) => context.skip(reason) })
    } finally {
      sampler.destroy()
      free()
      for (const error of [await device.popErrorScope(), await device.popErrorScope()])
        if (error) messages.push(`${error.constructor.name}: ${error.message}`)
      device.removeEventListener('uncapturederror', onError)
    }
    expect(messages).toEqual([])
  })
}

/** Makes buffers, and frees all that it made. */
export function buffersOn(device: GPUDevice): Pick<TestGpu, 'buffer' | 'upload'> & { free(): void } {
  const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage
  const all: GPUBuffer[] = []
  const buffer = (bytes: number) => {
    const made = device.createBuffer({ label: 'test', size: bytes, usage: STORAGE | COPY_SRC | COPY_DST })
    all.push(made)
    return made
  }
  return {
    buffer,
    upload(data) {
      const made = buffer(data.byteLength)
      device.queue.writeBuffer(made, 0, data)
      return made
    },
    free() {
      for (const made of all) made.destroy()
    },
  }
}

export async function readBuffer(device: GPUDevice, source: GPUBuffer): Promise<ArrayBuffer> {
  const { MAP_READ, COPY_DST } = GPUBufferUsage
  const staging = device.createBuffer({ label: 'test staging', size: source.size, usage: MAP_READ | COPY_DST })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(source, 0, staging, 0, source.size)
  device.queue.submit([encoder.finish()])
  await settledByQueue(device.queue, staging.mapAsync(GPUMapMode.READ))
  const copy = staging.getMappedRange().slice(0)
  staging.destroy()
  return copy
}
