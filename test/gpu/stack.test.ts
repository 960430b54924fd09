import { expect, inject, test } from 'vitest'
import { limitsOf } from '../../src/gpu/context'
import { testDevice } from '../helpers/gpu'

test('the stack is the one that it is called', async ({ task }) => {
  const stack = inject('stack')
  expect(navigator.userAgent).toContain(`${stack.product}/`)
  const device = await testDevice()
  const subgroups = device.features.has('subgroups')
  expect(limitsOf(device).subgroups).toBe(subgroups)
  expect(await compiles(device, 'enable subgroups; @compute @workgroup_size(1) fn main() {}')).toBe(subgroups)
  if (stack.subgroups !== undefined) expect(subgroups).toBe(stack.subgroups)

  const { vendor, architecture, description, subgroupMinSize, subgroupMaxSize } = device.adapterInfo
  task.meta.stack = {
    adapter: description || [vendor, architecture].filter(Boolean).join(' '),
    subgroups: subgroups ? `of ${subgroupMinSize} to ${subgroupMaxSize}` : 'no',
    f16: device.features.has('shader-f16') ? 'yes' : 'no',
  }
})

async function compiles(device: GPUDevice, code: string): Promise<boolean> {
  device.pushErrorScope('validation')
  device.createShaderModule({ code })
  return (await device.popErrorScope()) === null
}
