import { createSampler } from 'gumbel-webgpu'
import { expect, test } from 'vitest'
import { expectClose, expectSame } from '../helpers/compare'
import { KINDS, LITTLE, inputsOf } from '../helpers/kinds'
import type { WorkerReport } from '../helpers/sampler_worker'

test('a module worker draws what the CPU draws, here', async ({ skip }) => {
  if (navigator.userAgent.startsWith('Deno/')) skip('vite serves Deno no modules for a worker')
  const worker = new Worker(new URL('../helpers/sampler_worker.ts', import.meta.url), { type: 'module' })
  const report = await new Promise<WorkerReport | string>((resolve) => {
    worker.addEventListener('message', ({ data }) => resolve(data as WorkerReport | string))
    worker.addEventListener('error', ({ message }) => resolve(message))
  })
  worker.terminate()
  if (typeof report === 'string') throw new Error(report)
  expect(report.backends).toEqual(['webgpu', 'cpu'])
  expect(report.verified).toBe(true)
  const cpu = await createSampler({ backend: 'cpu' })
  for (const [name, call] of Object.entries(KINDS))
    for (const [array, values] of Object.entries(await call(cpu, inputsOf(1, LITTLE)))) {
      expectClose(report.onGpu[name][array], values, 1e-3, `${name} on the GPU: ${array}`)
      if (['indices', 'scores', 'gumbel'].includes(array))
        expectSame(report.onGpu[name][array], values, `${name} on the GPU: ${array}`)
      expectSame(report.onCpu[name][array], values, `${name} on the CPU: ${array}`)
    }
})
