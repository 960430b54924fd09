/** Numbers of 16 bits widened to float32, exactly; the twins of `shaders/shared/float16.wgsl` and `bfloat16.wgsl`. */

/** Of float16: subnormals become the normal numbers that they are. */
export function widenFloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(halves.length)
  const words = new Uint32Array(out.buffer)
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]
    const size = half & 0x7fff
    if (size < 0x0400) out[i] = (half & 0x8000 ? -size : size) * 2 ** -24
    else words[i] = ((half & 0x8000) << 16) | ((size << 13) + (size < 0x7c00 ? 0x38000000 : 0x70000000))
  }
  return out
}

/** Of bfloat16, which is the upper half of a float32. */
export function widenBfloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(halves.length)
  const words = new Uint32Array(out.buffer)
  for (let i = 0; i < halves.length; i++) words[i] = halves[i] << 16
  return out
}
