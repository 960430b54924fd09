import { expect, test } from 'vitest'
import { createSampler } from 'gumbel-webgpu'
test('smoke', async () => {
  const gpu = await createSampler({ backend: 'webgpu' })
  const cpu = await createSampler({ backend: 'cpu' })
  const o = { batchSize: 3, numClasses: 1000, seed: 7 }
  for (const kind of ['uniform', 'exponential', 'gumbel'] as const)
    expect(await gpu.noise(kind, o), kind).toEqual(await cpu.noise(kind, o))
  expect(await gpu.noise('bits', o)).toEqual(await cpu.noise('bits', o))
  for (const V of [1, 5, 10, 100, 1000, 5001, 40000]) {
    const l = new Float32Array(16 * V).map(() => Math.random() * 6)
    const s = { batchSize: 16, numClasses: V, seed: 5, logProbs: true, scores: true, temperature: 0.7 }
    const a = await gpu.sample(l, s),
      b = await cpu.sample(l, s)
    expect(a.indices, `V ${V}`).toEqual(b.indices)
    expect(a.scores, `V ${V}`).toEqual(b.scores)
    a.logProbs!.forEach((x, i) => expect(x).toBeCloseTo(b.logProbs![i], 4))
  }
})
