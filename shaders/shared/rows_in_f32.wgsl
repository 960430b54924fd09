// Reads the row of float32 values that a caller gives for each draw, one by one: rows may begin anywhere. Variant with the same
// signatures: rows_in_f32x4.wgsl.

import package::shared::params::params;

@group(0) @binding(9) var<storage, read> rows_in: array<f32>;

fn load_row_in(base: u32, c: u32) -> f32 {
  return rows_in[base + c];
}

// 0 past the last class. Without branches: SwiftShader would run both sides.
fn load_rows_in(base: u32, c: u32) -> vec4<f32> {
  let last = params.classes - 1u;
  let places = vec4<u32>(c) + vec4<u32>(0u, 1u, 2u, 3u);
  let at = vec4<u32>(base) + min(places, vec4<u32>(last));
  return select(vec4<f32>(), vec4<f32>(rows_in[at.x], rows_in[at.y], rows_in[at.z], rows_in[at.w]), places <= vec4<u32>(last));
}
