import { expect, test } from 'vitest'
import type { BareReport } from '../helpers/bare'
import { CALLS, commonOptions, hostInputs } from '../helpers/calls/calls'
import { expectSameResult } from '../helpers/calls/same'
import { expectSame } from '../helpers/compare'

/** In a worker, whose globals are its own; in Deno, to which vite serves no modules for workers, here, and the globals come back. */
async function reported(): Promise<BareReport> {
  if (navigator.userAgent.startsWith('Deno/')) return (await import('../helpers/bare')).reportWithoutGlobals()
  const worker = new Worker(new URL('../helpers/bare_worker.ts', import.meta.url), { type: 'module' })
  const report = await new Promise<BareReport | string>((resolve) => {
    worker.addEventListener('message', ({ data }) => resolve(data as BareReport | string))
    worker.addEventListener('error', ({ message }) => resolve(message))
  })
  worker.terminate()
  if (typeof report === 'string') throw new Error(report)
  return report
}

test('the library needs none of the globals that Node has not with the package `webgpu`', async () => {
  const report = await reported()
  expect(report.left).toEqual([])
  expect(report.backends).toEqual(['webgpu', 'cpu'])
  expect(report.refusal).toEqual({
    name: 'DeviceError',
    message: expect.stringMatching(/^the GPU refused the call: ./),
  })

  const { createSampler } = await import('gumbel-webgpu')
  const cpu = await createSampler({ backend: 'cpu' })
  const inputs = hostInputs()
  for (const [name, { own, call }] of Object.entries(CALLS)) {
    const expected = await call(cpu, inputs, { ...commonOptions(), ...own(inputs) })
    for (const from of ['fromHost', 'fromBuffers', 'onCpu'] as const) expectSameResult(report[from][name], expected)
  }
  const { indices } = await cpu.sample(inputs.logits, commonOptions())
  expectSame(report.recorded, indices, 'what encodeSample wrote')
})
