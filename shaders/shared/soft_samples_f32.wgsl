// Reads the relaxed samples that a caller gives for each draw, float32, one by one: rows may begin anywhere. Variant with the same
// signature: soft_samples_f32x4.wgsl.

import package::shared::params::params;

@group(0) @binding(12) var<storage, read> soft_samples: array<f32>;

// 0 past the last class. Without branches: SwiftShader would run both sides.
fn load_soft(base: u32, c: u32) -> vec4<f32> {
  let last = params.classes - 1u;
  let places = vec4<u32>(c) + vec4<u32>(0u, 1u, 2u, 3u);
  let at = vec4<u32>(base) + min(places, vec4<u32>(last));
  let nearest = vec4<f32>(soft_samples[at.x], soft_samples[at.y], soft_samples[at.z], soft_samples[at.w]);
  return select(vec4<f32>(), nearest, places <= vec4<u32>(last));
}
