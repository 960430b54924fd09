// Bans the classes of a row whose bit is 0, but for those that make it invalid. Variant with the same signatures: no_bitmask.wgsl.

import package::adjust::bits::bits_of;
import package::shared::float_bits::{NEGATIVE_INFINITY, POSITIVE_INFINITY};

@group(0) @binding(25) var<storage, read> bitmask: array<u32>;

// Bits of four logits; `base` is where the row's bitmask begins, `places` are their classes, from a multiple of 4 on or one and the same.
fn allowed(logits: vec4<u32>, base: u32, places: vec4<u32>) -> vec4<u32> {
  // As signed, +Infinity and NaN with a clear sign stand out; as unsigned, NaN with the sign set is above -Infinity.
  let left = bits_of(bitmask[base + places.x / 32u], places) | (bitcast<vec4<i32>>(logits) >= vec4<i32>(i32(POSITIVE_INFINITY)));
  return select(max(logits, vec4<u32>(NEGATIVE_INFINITY)), logits, left);
}

fn allowed_class(logit: u32, base: u32, place: u32) -> u32 {
  return allowed(vec4<u32>(logit), base, vec4<u32>(place)).x;
}
