/** The recipe of examples/typegpu.ts, against the CPU backend. */
import { sampleSync } from 'gumbel-webgpu'
import { tgpu } from 'typegpu'
import { arrayOf, f32, i32 } from 'typegpu/data'
import { expect } from 'vitest'
import { drawIds, samplerOf } from '../../examples/typegpu'
import { gpuTest } from '../helpers/gpu'
import { randomLogits } from '../helpers/logits'

gpuTest('the recipe of TypeGPU draws the ids of the CPU backend from its buffers', async ({ device }) => {
  const [batchSize, numClasses] = [5, 100]
  const values = randomLogits('normal', batchSize, numClasses, 1)
  const root = tgpu.initFromDevice({ device })
  const logits = root.createBuffer(arrayOf(f32, values.length), [...values]).$usage('storage')
  const ids = root.createBuffer(arrayOf(i32, batchSize)).$usage('storage')
  const sampler = await samplerOf(root)
  expect(sampler.device).toBe(device)
  const draw = { seed: 42n, step: 3, temperature: 0.8 }
  drawIds(root, sampler, logits, ids, draw)
  expect(await ids.read()).toEqual([...sampleSync(values, { ...draw, numClasses }).indices])
  sampler.destroy()
  logits.destroy()
  ids.destroy()
})
