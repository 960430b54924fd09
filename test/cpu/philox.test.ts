import { philox4x32 } from 'gumbel-webgpu'
import { describe, expect, test } from 'vitest'
import { KNOWN_ANSWERS } from '../helpers/known_answers'
import { philoxBigInt } from '../helpers/philox_bigint'
import { Random } from '../helpers/random'

describe('Philox4x32-10', () => {
  test.each(KNOWN_ANSWERS)('gives the known answer for counter $counter and key $key', ({ counter, key, words }) => {
    expect([...philox4x32(counter, key)]).toEqual(words)
    expect(philoxBigInt(counter, key)).toEqual(words)
  })

  test('agrees with exact integers for 10,000 random counters and keys', () => {
    const random = new Random(1)
    // Words near the ends of their range are where carries go wrong.
    const word = () => random.pick([random.word(), random.word(), random.whole(0, 3), 0xffffffff - random.whole(0, 3)])
    for (let i = 0; i < 10_000; i++) {
      const counter = [word(), word(), word(), word()]
      const key = [word(), word()]
      expect([...philox4x32(counter, key)], `counter ${counter}, key ${key}`).toEqual(philoxBigInt(counter, key))
    }
  })

  test.each([
    ['counter has 3 words; it must have 4', [0, 0, 0], [0, 0]],
    ['key has 3 words; it must have 2', [0, 0, 0, 0], [0, 0, 0]],
    ['counter[1] is -1; it must be a whole number from 0 to 4294967295', [0, -1, 0, 0], [0, 0]],
    ['key[0] is 4294967296; it must be a whole number from 0 to 4294967295', [0, 0, 0, 0], [2 ** 32, 0]],
    ['key[1] is 0.5; it must be a whole number from 0 to 4294967295', [0, 0, 0, 0], [0, 0.5]],
  ])('refuses: %s', (message, counter, key) => {
    expect(() => philox4x32(counter, key)).toThrow(new RangeError(message))
  })
})
