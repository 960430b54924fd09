// Writes rows of float32 four at a time: rows begin and end at multiples of four elements. Same signatures as rows_out_f32.wgsl.

import package::shared::params::params;
import package::shared::score::KEY_NONE;

@group(0) @binding(7) var<storage, read_write> rows_out: array<vec4<u32>>;

// Words of scores may lie where the samples will: a lane reads back what it wrote.
const HOLDS_KEYS = true;

// `c` is a multiple of 4; classes past the last are dropped.
fn store_words(base: u32, c: u32, words: vec4<u32>) {
  if (c < params.classes) {
    rows_out[(base + c) / 4u] = words;
  }
}

fn held_words(base: u32, c: u32) -> vec4<u32> {
  if (c < params.classes) {
    return rows_out[(base + c) / 4u];
  }
  return vec4<u32>(KEY_NONE);
}

fn store_four(base: u32, c: u32, y: vec4<f32>) {
  store_words(base, c, bitcast<vec4<u32>>(y));
}
