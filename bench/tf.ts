import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-core/dist/register_all_gradients'
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'

let current: GPUDevice | undefined

/** TensorFlow.js on the device given: one backend for all who ask, whose tensors are gone when another device is given. */
export async function tfOn(device: GPUDevice): Promise<typeof tf> {
  if (current !== device) {
    current = device
    tf.removeBackend('webgpu')
    tf.registerBackend('webgpu', () => new WebGPUBackend(device, device.adapterInfo))
  }
  await tf.setBackend('webgpu')
  return tf
}
