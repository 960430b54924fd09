// Adds the bias of a row, float32, one by one: rows may begin anywhere. Variants with the same signature: biasx4.wgsl, no_bias.wgsl.

import package::adjust::arithmetic::{invalid4, sums4};
import package::shared::params::params;

@group(0) @binding(24) var<storage, read> bias: array<u32>;

// Logits of classes c to c + 3, as bits, with their bias; c is a multiple of 4. Past the row's last class anything.
fn biased(logits: vec4<u32>, row: u32, c: u32) -> vec4<u32> {
  let base = params.bias_offset + row * params.bias_stride;
  let at = vec4<u32>(base) + min(vec4<u32>(c) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.classes - 1u));
  let sums = sums4(logits, vec4<u32>(bias[at.x], bias[at.y], bias[at.z], bias[at.w]));
  return select(sums, logits, invalid4(logits));
}
