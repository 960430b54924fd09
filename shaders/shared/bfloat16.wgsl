// Widens bfloat16, which is the upper half of a float32. Twin: src/halves.ts. Same signature as float16.wgsl.

// Bits of four float32 of the halves in the low bits of four words.
fn widened(halves: vec4<u32>) -> vec4<u32> {
  return halves * 0x10000u;
}
