// Reads the row of float32 values that a caller gives for each draw, four at a time: rows begin and end at multiples of four
// elements. Expects: params.

import package::shared::params::params;

@group(0) @binding(9) var<storage, read> values: array<vec4<f32>>;

fn load_value(base: u32, c: u32) -> f32 {
  return values[(base + c) / 4u][c & 3u];
}

// 0 past the last class. Without branches: SwiftShader would run both sides.
fn load_values(base: u32, c: u32) -> vec4<f32> {
  let inside = c < params.classes;
  return select(vec4<f32>(), values[select(base, base + c, inside) / 4u], inside);
}
