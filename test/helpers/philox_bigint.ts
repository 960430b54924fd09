/**
 * Philox4x32-10 a second time, straight from the paper (Salmon et al., SC 2011) in exact integers, sharing nothing
 * with src/ or shaders/: slow, and hard to get wrong.
 */

const WORD = 0xffffffffn

export function philoxBigInt(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt)
  let [k0, k1] = key.map(BigInt)
  for (let round = 0; round < 10; round++) {
    const product0 = 0xd2511f53n * c0
    const product1 = 0xcd9e8d57n * c2
    ;[c0, c1, c2, c3] = [(product1 >> 32n) ^ c1 ^ k0, product1 & WORD, (product0 >> 32n) ^ c3 ^ k1, product0 & WORD]
    k0 = (k0 + 0x9e3779b9n) & WORD
    k1 = (k1 + 0xbb67ae85n) & WORD
  }
  return [c0, c1, c2, c3].map(Number)
}
