import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-core/dist/register_all_gradients'
import { tfSampler } from 'gumbel-webgpu/tfjs'
import { describe, expect } from 'vitest'
import { countBuffers } from '../helpers/buffer_count'
import { type TestGpu, gpuTest } from '../helpers/gpu'
import { WHOLE } from '../helpers/matrix'
import { CASES } from '../helpers/tfjs'

/** A test on the WebGPU backend of TensorFlow.js, which takes a device in browsers alone. */
function tfTest(name: string, body: (gpu: TestGpu, backend: WebGPUBackend) => Promise<void>): void {
  gpuTest(name, async (gpu) => {
    tf.removeBackend('webgpu')
    tf.registerBackend('webgpu', () => new WebGPUBackend(gpu.device, gpu.device.adapterInfo))
    await tf.setBackend('webgpu')
    await body(gpu, tf.backend() as WebGPUBackend)
    await gpu.device.queue.onSubmittedWorkDone()
  })
}

describe('draws of TensorFlow.js on its WebGPU backend', () => {
  // A row alone becomes one of rank 2 on the host, as `cpu/tfjs` sees, and `pages/train` trains.
  for (const { name, run } of CASES) if (WHOLE || !name.includes('rank 1')) tfTest(name, () => run(tf))

  tfTest('leave neither tensors nor buffers over 600 steps', async ({ device }) => {
    const made = await tfSampler(tf)
    const count = countBuffers(device)
    const logits = tf.ones([4, 8])
    const tau = tf.scalar(0.5)
    const forms = [{}, { hard: true }, { logSamples: true }, { tau }]
    let found = { numTensors: 0, numBytes: 0, buffers: 0, bytes: 0 }
    for (let step = 0; step < 600; step++) {
      const options = { seed: 1, step, ...forms[step % 4] }
      tf.dispose(tf.grad((x: tf.Tensor) => made.gumbelSoftmax(x, options))(logits))
      tf.dispose(made.categorical(logits, { seed: 1, step }))
      if (step % 20 !== 19) continue
      // As a page does that shows its loss: what is not awaited piles up in the queue.
      await device.queue.onSubmittedWorkDone()
      const { numTensors, numBytes } = tf.memory()
      const { buffers, bytes } = count
      // By then pages of parameters are used again, at times that differ: a leak of a buffer in every fourth step would be 75 more.
      if (step < 300) {
        found = { numTensors, numBytes, buffers: Math.max(buffers, found.buffers), bytes: Math.max(bytes, found.bytes) }
      } else {
        expect({ numTensors, numBytes }).toEqual({ numTensors: found.numTensors, numBytes: found.numBytes })
        expect(buffers).toBeLessThan(found.buffers + 40)
        expect(bytes).toBeLessThan(found.bytes + 40_000)
      }
    }
    expect(found.buffers).toBeGreaterThan(0)
    tf.dispose([logits, tau])
    made.sampler.destroy()
  })

  tfTest('copy no tensor in either direction', async ({ device }, backend) => {
    const made = await tfSampler(tf)
    const [rows, classes] = [64, 100]
    const logits = tf.tidy(() => tf.mul(tf.ones([rows, classes]), 2))
    const gradSamples = tf.tidy(() => tf.mul(tf.ones([rows, classes]), 3))
    const gradientOf = tf.grad((x: tf.Tensor) => made.gumbelSoftmax(x, { seed: 1, step: 2 }))
    const once = () => tf.dispose([gradientOf(logits, gradSamples), made.categorical(logits, { seed: 1, step: 2 })])
    once()
    // What is uploaded are parameters of some hundreds of bytes.
    let uploaded = 0
    let reads = 0
    const { writeBuffer } = device.queue
    const { read, readSync } = backend
    const { createBuffer } = device
    device.queue.writeBuffer = (...args: unknown[]) => {
      const [, , data, , size] = args as [GPUBuffer, number, ArrayBuffer, number?, number?]
      uploaded += size ?? data.byteLength
      ;(writeBuffer as (...all: unknown[]) => void).apply(device.queue, args)
    }
    device.createBuffer = (descriptor) => {
      if (descriptor.mappedAtCreation) uploaded += descriptor.size
      return createBuffer.call(device, descriptor)
    }
    backend.read = (id) => (reads++, read.call(backend, id))
    backend.readSync = (id) => (reads++, readSync.call(backend, id))
    try {
      once()
    } finally {
      device.queue.writeBuffer = writeBuffer
      device.createBuffer = createBuffer
      Object.assign(backend, { read, readSync })
    }
    expect(reads).toBe(0)
    expect(uploaded).toBeGreaterThan(0)
    expect(uploaded).toBeLessThan(1500)
    tf.dispose([logits, gradSamples])
    made.sampler.destroy()
  })

  tfTest('are refused on another backend than they were made for', async ({ device }) => {
    const made = await tfSampler(tf)
    const logits = tf.ones([1, 2])
    tf.registerBackend('other', () => new WebGPUBackend(device, device.adapterInfo))
    await tf.setBackend('other')
    expect(() => made.categorical(logits, { seed: 1, step: 1 })).toThrow('tf has another backend, other')
    await tf.setBackend('webgpu')
    tf.removeBackend('other')
    logits.dispose()
    made.sampler.destroy()
  })
})
