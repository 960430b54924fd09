// Reads float32 logits one by one: rows may begin anywhere. It gives bits, so that NaN and infinities are told apart before any
// arithmetic. Variant with the same signatures: logits_f32x4.wgsl.

import package::shared::float_bits::NEGATIVE_INFINITY;
import package::shared::params::params;

@group(0) @binding(1) var<storage, read> logits: array<u32>;

// Bits of class c of the row at `base`, -inf past the last class.
fn given_class(base: u32, c: u32) -> u32 {
  if (c >= params.classes) {
    return NEGATIVE_INFINITY;
  }
  return logits[base + c];
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
  return vec4<u32>(logits[at.x], logits[at.y], logits[at.z], logits[at.w]);
}

// The same with -inf where the row has ended. Without branches: SwiftShader would run both sides.
fn within(nearest: vec4<u32>, four: u32) -> vec4<u32> {
  return select(vec4<u32>(NEGATIVE_INFINITY), nearest, places_of(four) < vec4<u32>(params.classes));
}
