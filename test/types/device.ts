/** A sampler that is made with a device, or with backend 'webgpu', has a device by its type. */
import { createSampler } from 'gumbel-webgpu'

export async function devices(given: GPUDevice, maybe: GPUDevice | undefined) {
  const own: GPUDevice = (await createSampler({ device: given })).device
  const asked: GPUDevice = (await createSampler({ backend: 'webgpu' })).device
  const both: GPUDevice = (await createSampler({ backend: 'webgpu', device: given })).device

  // @ts-expect-error: backend 'auto' goes on on the CPU, which has none.
  const auto: GPUDevice = (await createSampler({ backend: 'auto', device: given })).device
  // @ts-expect-error: there may be no adapter.
  const chosen: GPUDevice = (await createSampler()).device
  // @ts-expect-error: nor with options that ask for no backend.
  const told: GPUDevice = (await createSampler({ onBackendChange: () => {} })).device
  // @ts-expect-error: a device that may be left out.
  const left: GPUDevice = (await createSampler({ device: maybe })).device
  const may: GPUDevice | undefined = (await createSampler({ device: maybe })).device
  const none: GPUDevice | undefined = (await createSampler({ backend: 'cpu' })).device
  return [own, asked, both, auto, chosen, told, left, may, none]
}
