import { createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import {
  expectFlawsFound,
  expectMarkedIndicesTaken,
  expectMessages,
  expectOverflowsFound,
} from '../helpers/flawed_rows'

const sampler = await createSampler({ backend: 'cpu' })

describe('rows without a result on the CPU', () => {
  for (const given of [false, true])
    test.each([
      [10, 1],
      [33, 3],
    ])(`of gradients${given ? ' of given samples' : ''} are told apart, V = %i, %i draws`, (numClasses, numSamples) =>
      expectFlawsFound(sampler, numClasses, numSamples, given),
    )

  test('are those whose gradients leave the range of float32', () => expectOverflowsFound(sampler))

  test('are named by errors that say what the call would give', () => expectMessages(sampler))

  test('are given as sample() marks them to gumbelGivenIndex()', () =>
    expectMarkedIndicesTaken(sampler, (indices) => indices))

  test('are not those with other indices out of range', async () => {
    const options = { batchSize: 1, numClasses: 2, seed: 1, invalidRows: 'mark', classOffset: 8 } as const
    for (const index of [-2, 0, 7, 10])
      await expect(sampler.gumbelGivenIndex(new Float32Array(2), Int32Array.of(index), options)).rejects.toThrow(
        new RangeError(`indices[0] is ${index}; it must be a whole number from 8 to 9, or -1 where no class was drawn`),
      )
  })
})
