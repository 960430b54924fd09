// Reads the logits of penalized classes, which penalize.wgsl wrote, in place of theirs: a row has a word a class, of which those are written
// that have a mark, and then the marks, a bit a class. Variant with the same signatures: no_penalized.wgsl.

import package::adjust::bits::bits_of;

@group(0) @binding(93) var<storage, read> penalized: array<u32>;

// Bits of four logits; `base` is where the row begins, `marks` where its marks do, `places` are their classes, from a multiple of 4 on or one
// and the same.
fn with_penalties(logits: vec4<u32>, base: u32, marks: u32, places: vec4<u32>) -> vec4<u32> {
  let marked = bits_of(penalized[marks + places.x / 32u], places);
  if (!any(marked)) {
    return logits;
  }
  let at = vec4<u32>(base) + places;
  return select(logits, vec4<u32>(penalized[at.x], penalized[at.y], penalized[at.z], penalized[at.w]), marked);
}

fn with_penalty(logit: u32, base: u32, marks: u32, place: u32) -> u32 {
  return with_penalties(vec4<u32>(logit), base, marks, vec4<u32>(place)).x;
}
