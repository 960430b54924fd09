// Allows every class where there is no bitmask. Same signature as bitmask.wgsl.

fn allowed(logits: vec4<u32>, row: u32, c: u32) -> vec4<u32> {
  return logits;
}
