/**
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), the twin of
 * `shaders/shared/philox.wgsl`.
 */

/**
 * Writes the four words of one block to `out`. All arguments are 32-bit words, signed or not.
 *
 * The high halves of the products are put together from 16-bit partial products, in integers that stay within 32 bits,
 * where JavaScript engines use the processor's integers.
 */
export function philoxBlock(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  key0: number,
  key1: number,
): void {
  for (let round = 0; round < 10; round++) {
    const a = c0 & 0xffff
    const b = c0 >>> 16
    const p = c2 & 0xffff
    const q = c2 >>> 16

    // The middle sum cannot carry, as 0xd251 + 0x1f53 <= 0xffff.
    const mid0 = ((Math.imul(0x1f53, a) >>> 16) + Math.imul(0x1f53, b) + Math.imul(0xd251, a)) | 0
    const high0 = (Math.imul(0xd251, b) + (mid0 >>> 16)) | 0

    // Here it can, so it is taken in two steps.
    const mid1 = ((Math.imul(0x8d57, p) >>> 16) + Math.imul(0x8d57, q)) | 0
    const sum1 = ((mid1 & 0xffff) + Math.imul(0xcd9e, p)) | 0
    const high1 = (Math.imul(0xcd9e, q) + (mid1 >>> 16) + (sum1 >>> 16)) | 0

    const low0 = Math.imul(0xd2511f53, c0)
    const low1 = Math.imul(0xcd9e8d57, c2)
    c0 = high1 ^ c1 ^ key0
    c1 = low1
    c2 = high0 ^ c3 ^ key1
    c3 = low0
    key0 = (key0 + 0x9e3779b9) | 0
    key1 = (key1 + 0xbb67ae85) | 0
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
