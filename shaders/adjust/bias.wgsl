// Adds the bias of a row, float32, one by one: rows may begin anywhere. Variants with the same signatures: biasx4.wgsl, no_bias.wgsl.

import package::adjust::arithmetic::{invalid4, sums4};

@group(0) @binding(24) var<storage, read> bias: array<u32>;

// Bits of four logits with their bias; `base` is where the row's begins, `places` are their classes.
fn biased(logits: vec4<u32>, base: u32, places: vec4<u32>) -> vec4<u32> {
  let at = vec4<u32>(base) + places;
  let sums = sums4(logits, vec4<u32>(bias[at.x], bias[at.y], bias[at.z], bias[at.w]));
  return select(sums, logits, invalid4(logits));
}

fn biased_class(logit: u32, base: u32, place: u32) -> u32 {
  return biased(vec4<u32>(logit), base, vec4<u32>(place)).x;
}
