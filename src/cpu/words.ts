/** The word of class `i` of a group of eight, from the group's two blocks; the twin of `shaders/shared/words.wgsl`. */
export function wordOf(high: Uint32Array, low: Uint32Array, i: number): number {
  const j = i & 3
  return i < 4 ? (high[j] & 0xffff0000) | (low[j] >>> 16) : (high[j] << 16) | (low[j] & 0xffff)
}
