// Keeps every class. Variant with the same signatures, for draws that filters narrow: filter/kept.wgsl.

// Bits of classes 4 * four and up, -inf where they are dropped.
fn kept_four(bits: vec4<u32>, four: u32) -> vec4<u32> {
  return bits;
}

fn kept_class(bits: u32, c: u32) -> u32 {
  return bits;
}
