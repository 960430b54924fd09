// Leaves logits as they are where there are no penalties. Same signatures as penalized.wgsl.

fn with_penalties(logits: vec4<u32>, base: u32, marks: u32, places: vec4<u32>) -> vec4<u32> {
  return logits;
}

fn with_penalty(logit: u32, base: u32, marks: u32, place: u32) -> u32 {
  return logit;
}
