// Reads logits of 16 bits one by one, two a word: rows may begin anywhere. It gives them as bits of float32. Same signatures as logits_f32.wgsl.

import package::shared::float_bits::NEGATIVE_INFINITY;
import package::shared::float16::widened;
import package::shared::params::params;

@group(0) @binding(1) var<storage, read> logits: array<u32>;

// The half at a place, in the low bits.
fn half_at(at: u32) -> u32 {
  let word = logits[at / 2u];
  return select(word & 0xffffu, word >> 16u, (at & 1u) == 1u);
}

// Bits of class c of the row at `base`, -inf past the last class.
fn given_class(base: u32, c: u32) -> u32 {
  if (c >= params.classes) {
    return NEGATIVE_INFINITY;
  }
  return widened(vec4<u32>(half_at(base + c))).x;
}

fn places_of(four: u32) -> vec4<u32> {
  return vec4<u32>(four * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
}

// Classes 4 * four and up, the row's last class instead where it has ended.
fn nearest_places(four: u32) -> vec4<u32> {
  return min(places_of(four), vec4<u32>(params.classes - 1u));
}

// Bits of nearest_places(four).
fn given_nearest(base: u32, four: u32) -> vec4<u32> {
  let at = vec4<u32>(base) + nearest_places(four);
  return widened(vec4<u32>(half_at(at.x), half_at(at.y), half_at(at.z), half_at(at.w)));
}

// The same with -inf where the row has ended. Without branches: SwiftShader would run both sides.
fn within(nearest: vec4<u32>, four: u32) -> vec4<u32> {
  return select(vec4<u32>(NEGATIVE_INFINITY), nearest, places_of(four) < vec4<u32>(params.classes));
}
