/** FNV-1a of 32 bits of nothing. */
export const EMPTY_DIGEST = 0x811c9dc5

/** A digest of numbers from -1 to 254 in their order (FNV-1a of 32 bits, a byte a number), continued from `before`. */
export function digestOf(values: ArrayLike<number>, before = EMPTY_DIGEST): number {
  let digest = before
  for (let i = 0; i < values.length; i++) digest = Math.imul(digest ^ (values[i] & 0xff), 0x01000193) >>> 0
  return digest
}

export function hexOf(digest: number): string {
  return digest.toString(16).padStart(8, '0')
}
