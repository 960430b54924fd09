// Widens float16 to float32 by integer arithmetic, so that devices do not differ in subnormals, which become normal numbers. Twin: src/halves.ts.
// Variant with the same signature: bfloat16.wgsl.

// Bits of four float32 of the halves in the low bits of four words.
fn widened(halves: vec4<u32>) -> vec4<u32> {
  let size = halves & vec4<u32>(0x7fffu);
  // An exponent of 31 is infinity or NaN, which float32 has at 255.
  let bias = select(vec4<u32>(0x38000000u), vec4<u32>(0x70000000u), size >= vec4<u32>(0x7c00u));
  let subnormal = bitcast<vec4<u32>>(vec4<f32>(size) * 0x1p-24);
  let wide = select(size * 0x2000u + bias, subnormal, size < vec4<u32>(0x0400u));
  return ((halves & vec4<u32>(0x8000u)) * 0x10000u) | wide;
}
