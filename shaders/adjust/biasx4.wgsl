// Adds the bias of a row, float32, four at a time: rows of logits and of biases begin and end at multiples of four elements. Same signatures
// as bias.wgsl.

import package::adjust::arithmetic::{invalid4, sums4};

@group(0) @binding(24) var<storage, read> bias: array<vec4<u32>>;

// Bits of four logits with their bias; `base` is where the row's begins, `places` are their classes.
fn biased(logits: vec4<u32>, base: u32, places: vec4<u32>) -> vec4<u32> {
  let sums = sums4(logits, bias[(base + places.x) / 4u]);
  return select(sums, logits, invalid4(logits));
}

fn biased_class(logit: u32, base: u32, place: u32) -> u32 {
  return biased(vec4<u32>(logit), base, vec4<u32>(place))[place & 3u];
}
