import { createSampler } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { gumbelOf } from '../../src/noise/transform'
import { philoxBlock } from '../../src/noise/philox'
import { TAIL_TEST, softmaxTailProbability, tailProbability, tailZ } from '../helpers/tail'

const { numClasses } = TAIL_TEST
const softmaxTail = softmaxTailProbability()

/**
 * One head 18 nats above 131,071 others, the place where the noise's resolution shows. `npm run verify:tail` draws it
 * 100,000 times on the GPU; here the same expectation is computed from the transform, exactly, with no draws at all.
 */
describe('a tail of 131,071 classes 18 nats below the head', () => {
  test('has the share that softmax gives it, within a hundredth of what 100,000 draws can see', () => {
    const tail = tailProbability(gumbelOf)
    expect(Math.abs(tail / softmaxTail - 1)).toBeLessThan(1e-4)
    expect(Math.abs(tailZ(tail, softmaxTail))).toBeLessThan(0.01)
  })

  test.each<[string, (word: number) => number]>([
    ['24-bit uniforms', (word) => -Math.log(-Math.log1p(-((word >>> 8) + 0.5) / 2 ** 24))],
    ['23-bit uniforms', (word) => -Math.log(-Math.log1p(-((word >>> 9) + 0.5) / 2 ** 23))],
    [
      'float32 -log(-log u) where u is near 1',
      (word) => -Math.log(-Math.log(Math.min(Math.fround(1 - (word + 0.5) / 2 ** 32), 1 - 2 ** -24))),
    ],
  ])('would be refused with %s, by more than 5 standard deviations', (_, transform) => {
    expect(Math.abs(tailZ(tailProbability(transform), softmaxTail))).toBeGreaterThan(5)
  })

  test('would be refused a third too small, and not a hundredth', () => {
    const without = (share: number) => Math.abs(tailZ(softmaxTail * (1 - share), softmaxTail))
    expect(without(1 / 3)).toBeGreaterThan(TAIL_TEST.deviations)
    expect(without(1 / 100)).toBeLessThan(TAIL_TEST.deviations)
  })
})

describe('a head 40 nats above 131,071 others', () => {
  // The whole tail has a chance of 131,071 e^-40 = 6e-13 a draw.
  test('is drawn in each of 300 samples', async () => {
    const sampler = await createSampler({ backend: 'cpu' })
    const logits = new Float32Array(numClasses).fill(-40)
    logits[70_000] = 0
    const { indices } = await sampler.sample(logits, { batchSize: 1, numClasses, seed: 1, numSamples: 300 })
    expect(indices.every((index) => index === 70_000)).toBe(true)
  })

  // 131,071 draws of 24 bits, one of which rounds to 1, fail in 0.8 % of rows: 500 rows miss them with a chance of 2 %.
  test('is not always drawn where the uniform may round to 1', () => {
    const block = new Uint32Array(4)
    let wrong = 0
    for (let row = 0; row < 500; row++) {
      let largest = 0
      for (let i = 0; i < numClasses / 4; i++) {
        philoxBlock(block, i, row, 0, 0, 2, 0)
        largest = Math.max(largest, block[0], block[1], block[2], block[3])
      }
      const u = Math.fround(((largest >>> 8) + 0.5) / 2 ** 24)
      if (-Math.log(-Math.log(u)) - 40 > 3) wrong++
    }
    expect(wrong).toBeGreaterThan(0)
  })
})
