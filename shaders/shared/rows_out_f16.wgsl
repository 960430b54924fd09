// Writes rows of float16, two a word: rows begin at even elements. Same signatures as rows_out_f32.wgsl.

import package::shared::params::params;
import package::shared::score::KEY_NONE;

@group(0) @binding(7) var<storage, read_write> rows_out: array<u32>;

// A word of a score does not fit where its sample will lie: long rows make their noise again.
const HOLDS_KEYS = false;

fn store_words(base: u32, c: u32, words: vec4<u32>) {}

fn held_words(base: u32, c: u32) -> vec4<u32> {
  return vec4<u32>(KEY_NONE);
}

// `base` and `c` are even; the half past an odd last class is 0.
fn store_four(base: u32, c: u32, y: vec4<f32>) {
  let inside = vec4<u32>(c) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(params.classes);
  let kept = select(vec4<f32>(), y, inside);
  if (inside.x) {
    rows_out[(base + c) / 2u] = pack2x16float(kept.xy);
  }
  if (inside.z) {
    rows_out[(base + c) / 2u + 1u] = pack2x16float(kept.zw);
  }
}
