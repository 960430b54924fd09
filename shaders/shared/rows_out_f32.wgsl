// Writes rows of float32 one by one: relaxed samples, gradients of logits, or noise. Variants with the same signatures:
// rows_out_f32x4.wgsl, rows_out_f16.wgsl.

import package::shared::params::params;
import package::shared::score::KEY_NONE;

@group(0) @binding(7) var<storage, read_write> rows_out: array<u32>;

// Words of scores may lie where the samples will: a lane reads back what it wrote.
const HOLDS_KEYS = true;

fn store_word(base: u32, c: u32, word: u32) {
  if (c < params.classes) {
    rows_out[base + c] = word;
  }
}

// `c` is a multiple of 4; classes past the last are dropped.
fn store_words(base: u32, c: u32, words: vec4<u32>) {
  if (c + 4u <= params.classes) {
    let at = base + c;
    rows_out[at] = words.x;
    rows_out[at + 1u] = words.y;
    rows_out[at + 2u] = words.z;
    rows_out[at + 3u] = words.w;
  } else {
    store_word(base, c, words.x);
    store_word(base, c + 1u, words.y);
    store_word(base, c + 2u, words.z);
    store_word(base, c + 3u, words.w);
  }
}

fn held_word(base: u32, c: u32) -> u32 {
  return select(KEY_NONE, rows_out[base + min(c, params.classes - 1u)], c < params.classes);
}

fn held_words(base: u32, c: u32) -> vec4<u32> {
  if (c + 4u <= params.classes) {
    let at = base + c;
    return vec4<u32>(rows_out[at], rows_out[at + 1u], rows_out[at + 2u], rows_out[at + 3u]);
  }
  return vec4<u32>(held_word(base, c), held_word(base, c + 1u), held_word(base, c + 2u), held_word(base, c + 3u));
}

fn store_four(base: u32, c: u32, y: vec4<f32>) {
  store_words(base, c, bitcast<vec4<u32>>(y));
}
