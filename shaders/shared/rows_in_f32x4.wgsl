// Reads the row of float32 values that a caller gives for each draw, four at a time: rows begin and end at multiples of four elements.
// Same signatures as rows_in_f32.wgsl.

import package::shared::params::params;

@group(0) @binding(9) var<storage, read> rows_in: array<vec4<f32>>;

fn load_row_in(base: u32, c: u32) -> f32 {
  return rows_in[(base + c) / 4u][c & 3u];
}

// 0 past the last class. Without branches: SwiftShader would run both sides.
fn load_rows_in(base: u32, c: u32) -> vec4<f32> {
  let inside = c < params.classes;
  return select(vec4<f32>(), rows_in[select(base, base + c, inside) / 4u], inside);
}
