import type { NoiseRange } from '../noise_ranges'
import { exponentialOf, gumbelOf, uniformOf } from './noise'

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

function bitsOf(x: number): number {
  float[0] = x
  return bits[0]
}

function mixBits(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad)
  h = Math.imul(h ^ (h >>> 15), 0xd35a2d97)
  return h ^ (h >>> 15)
}

function mixedNoise(word: number): number {
  let h = mixBits(word ^ bitsOf(uniformOf(word)))
  h = mixBits(h ^ bitsOf(exponentialOf(word)))
  return mixBits(h ^ bitsOf(gumbelOf(word)))
}

/** Two words for each range that change with any bit of its noise; the twin of `shaders/noise/digest.wgsl`. */
export function digestNoise(ranges: readonly NoiseRange[]): Uint32Array {
  const digests = new Uint32Array(2 * ranges.length)
  ranges.forEach(({ first, stride, count }, r) => {
    let sum0 = 0
    let sum1 = 0
    for (let i = 0, word = first | 0; i < count; i++, word = (word + stride) | 0) {
      const h = mixedNoise(word)
      sum0 = (sum0 + h) | 0
      sum1 = (sum1 + mixBits(h)) | 0
    }
    digests[2 * r] = sum0
    digests[2 * r + 1] = sum1
  })
  return digests
}
