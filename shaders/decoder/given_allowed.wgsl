// Allows what a caller's bitmask allows. Same signature as all_allowed.wgsl.

import package::shared::params::params;

@group(0) @binding(60) var<storage, read> mask_in: array<u32>;

fn allowed_word(row: u32, word: u32) -> u32 {
  return mask_in[params.rows_in_offset + row * params.rows_in_stride + word];
}
