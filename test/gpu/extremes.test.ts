import { describe, expect } from 'vitest'
import { narrowWins } from '../helpers/extremes'
import { gpuTest } from '../helpers/gpu'

describe('the extremes of noise', () => {
  for (const numClasses of [16, 2048])
    gpuTest(`no class that wins is skipped, V = ${numClasses}`, async ({ sampler }) => {
      for (const { name, logits, options, winner } of await narrowWins(numClasses))
        for (const scores of [false, true]) {
          const { indices } = await sampler.sample(logits, { ...options, scores })
          expect(indices, `${name}, ${scores ? 'with' : 'without'} scores`).toEqual(Int32Array.of(winner))
        }
    })
})
