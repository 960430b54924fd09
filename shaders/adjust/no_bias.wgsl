// Leaves logits as they are where there is no bias. Same signature as bias.wgsl.

fn biased(logits: vec4<u32>, row: u32, c: u32) -> vec4<u32> {
  return logits;
}
