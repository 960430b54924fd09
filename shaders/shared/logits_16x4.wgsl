// Reads logits of 16 bits four at a time: rows begin and end at multiples of four elements. It gives them as bits of float32. Same
// signatures as logits_f32.wgsl.

import package::shared::float_bits::NEGATIVE_INFINITY;
import package::shared::float16::widened;
import package::shared::params::params;

@group(0) @binding(1) var<storage, read> logits: array<vec2<u32>>;

// Bits of class c of the row at `base`, -inf past the last class.
fn given_class(base: u32, c: u32) -> u32 {
  if (c >= params.classes) {
    return NEGATIVE_INFINITY;
  }
  let at = base + c;
  let word = logits[at / 4u][(at >> 1u) & 1u];
  return widened(vec4<u32>(select(word & 0xffffu, word >> 16u, (at & 1u) == 1u))).x;
}

// Classes 4 * four and up, the row's last four instead where it has ended.
fn nearest_places(four: u32) -> vec4<u32> {
  return vec4<u32>(min(four, params.classes / 4u - 1u) * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
}

// Bits of nearest_places(four).
fn given_nearest(base: u32, four: u32) -> vec4<u32> {
  let words = logits[base / 4u + min(four, params.classes / 4u - 1u)];
  return widened(vec4<u32>(words.x & 0xffffu, words.x >> 16u, words.y & 0xffffu, words.y >> 16u));
}

// The same with -inf where the row has ended. Without branches: SwiftShader would run both sides.
fn within(nearest: vec4<u32>, four: u32) -> vec4<u32> {
  return select(vec4<u32>(NEGATIVE_INFINITY), nearest, four * 4u < params.classes);
}
