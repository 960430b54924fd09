/**
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), the twin of
 * `shaders/shared/philox.wgsl`.
 */

const ROUNDS = 10
const MULTIPLIER_0 = 0xd2511f53
const MULTIPLIER_1 = 0xcd9e8d57
const WEYL_0 = 0x9e3779b9
const WEYL_1 = 0xbb67ae85

/** The high half of the 64-bit product of two 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16
  const aLow = a & 0xffff
  const bHigh = b >>> 16
  const bLow = b & 0xffff
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const carry = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) | 0
}

/** Writes the four words of one block to `out`. All arguments are 32-bit words, signed or not. */
export function philoxBlock(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  key0: number,
  key1: number,
): void {
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0)
    const high1 = multiplyHigh(MULTIPLIER_1, c2)
    const low0 = Math.imul(MULTIPLIER_0, c0)
    const low1 = Math.imul(MULTIPLIER_1, c2)
    c0 = high1 ^ c1 ^ key0
    c1 = low1
    c2 = high0 ^ c3 ^ key1
    c3 = low0
    key0 = (key0 + WEYL_0) | 0
    key1 = (key1 + WEYL_1) | 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}

function words(name: string, values: ArrayLike<number>, length: number): void {
  if (values.length !== length) throw new RangeError(`${name} has ${values.length} words; it must have ${length}`)
  for (let i = 0; i < length; i++) {
    const word = values[i]
    if (!Number.isInteger(word) || word < 0 || word > 0xffffffff)
      throw new RangeError(`${name}[${i}] is ${word}; it must be a whole number from 0 to 4294967295`)
  }
}

/**
 * One block of Philox4x32-10: four random words for a counter of four words and a key of two.
 *
 * Stateless: the same counter and key give the same words on every device.
 * @param counter four 32-bit words, least significant first
 * @param key two 32-bit words, least significant first
 * @throws RangeError when a length or a word is out of range
 */
export function philox4x32(counter: ArrayLike<number>, key: ArrayLike<number>): Uint32Array {
  words('counter', counter, 4)
  words('key', key, 2)
  const out = new Uint32Array(4)
  philoxBlock(out, counter[0], counter[1], counter[2], counter[3], key[0], key[1])
  return out
}
