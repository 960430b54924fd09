/** The calls of `npm run verify:soak`, which is run by hand, each once. */
import { createSampler } from 'gumbel-webgpu'
import { expect } from 'vitest'
import { SHAPES } from '../../scripts/soak/inputs'
import { MIX } from '../../scripts/soak/mix'
import { gpuTest } from '../helpers/gpu'
import { Random } from '../helpers/random'

const cpu = await createSampler({ backend: 'cpu' })

for (const [name, call] of Object.entries(MIX))
  gpuTest(`${name} is right`, async (gpu) => {
    const tools = { ...gpu, cpu, random: new Random(1), shape: SHAPES[3] }
    await expect(call(tools)).resolves.toBeUndefined()
  })
