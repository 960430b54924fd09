import { createSampler } from 'gumbel-webgpu'
import { describe, test } from 'vitest'
import { CONTRACT } from '../helpers/contract'

const sampler = await createSampler({ backend: 'cpu' })

describe('on the CPU', () => {
  test.each(Object.entries(CONTRACT))('%s', (_, check) => check(sampler))
})
