import { describe } from 'vitest'
import { CONTRACT } from '../helpers/contract'
import { gpuTest } from '../helpers/gpu'

describe('on the GPU', () => {
  for (const [name, check] of Object.entries(CONTRACT)) gpuTest(name, ({ sampler }) => check(sampler))
})
