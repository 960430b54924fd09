// Bans the classes of a row whose bit is 0, but for those that make it invalid. Variant with the same signature: no_bitmask.wgsl.

import package::adjust::arithmetic::invalid4;
import package::shared::float_bits::NEGATIVE_INFINITY;
import package::shared::params::params;

@group(0) @binding(25) var<storage, read> bitmask: array<u32>;

// Logits of classes c to c + 3, as bits; c is a multiple of 4, and in the row.
fn allowed(logits: vec4<u32>, row: u32, c: u32) -> vec4<u32> {
  let word = bitmask[params.bitmask_offset + row * params.bitmask_stride + c / 32u] >> (c & 31u);
  let banned = (vec4<u32>(word) & vec4<u32>(1u, 2u, 4u, 8u)) == vec4<u32>();
  return select(logits, vec4<u32>(NEGATIVE_INFINITY), banned & !invalid4(logits));
}
