// Reads the relaxed samples that a caller gives for each draw, float32, four at a time: rows begin and end at multiples of four
// elements. Same signature as soft_samples_f32.wgsl.

import package::shared::params::params;

@group(0) @binding(12) var<storage, read> soft_samples: array<vec4<f32>>;

// 0 past the last class. Without branches: SwiftShader would run both sides.
fn load_soft(base: u32, c: u32) -> vec4<f32> {
  let inside = c < params.classes;
  return select(vec4<f32>(), soft_samples[select(base, base + c, inside) / 4u], inside);
}
