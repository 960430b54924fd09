// Adds the bias of a row, float32, four at a time: rows begin and end at multiples of four elements. Same signature as bias.wgsl.

import package::adjust::arithmetic::{invalid4, sums4};
import package::shared::params::params;

@group(0) @binding(24) var<storage, read> bias: array<vec4<u32>>;

// Logits of classes c to c + 3, as bits, with their bias; c is a multiple of 4.
fn biased(logits: vec4<u32>, row: u32, c: u32) -> vec4<u32> {
  let sums = sums4(logits, bias[(params.bias_offset + row * params.bias_stride + c) / 4u]);
  return select(sums, logits, invalid4(logits));
}
