/** TensorFlow.js on WebGPU, or on the CPU where the browser gives no WebGPU device. */
import '@tensorflow/tfjs-backend-cpu'
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-core/dist/register_all_gradients'

/** Sets WebGPU where there is some and it is wanted, else the CPU. */
export async function setBackend(wanted: 'webgpu' | 'cpu' = 'webgpu'): Promise<void> {
  // The backend's own start fails, and says so on the console, where there is no adapter.
  const gpu = wanted === 'webgpu' ? navigator.gpu : undefined
  const adapter = (await gpu?.requestAdapter().catch(() => null)) ?? undefined
  const device = await adapter?.requestDevice({ requiredLimits: limitsOf(adapter) }).catch(() => undefined)
  if (!adapter || !device) {
    await tf.setBackend('cpu')
    return
  }
  // The backend has registered a start of its own, where there is WebGPU.
  tf.removeBackend('webgpu')
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, adapter.info))
  await tf.setBackend('webgpu')
}

/** What TensorFlow.js asks for on its own. */
function limitsOf({ limits }: GPUAdapter): Record<string, number> {
  const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize } = limits
  const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX, maxComputeWorkgroupsPerDimension } = limits
  return {
    maxBufferSize,
    maxStorageBufferBindingSize,
    maxComputeWorkgroupStorageSize,
    maxComputeInvocationsPerWorkgroup,
    maxComputeWorkgroupSizeX,
    maxComputeWorkgroupsPerDimension,
  }
}
