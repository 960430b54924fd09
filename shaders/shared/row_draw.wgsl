// What one row draws with; as `row_params` holds it, in step with src/request.ts.

import package::shared::params::params;

struct RowParams {
  temperature: f32,
  tau: f32,
  seed_low: u32,
  seed_high: u32,
  stream: u32,
}

// The same. Twin: src/cpu/row_draw.ts.
struct RowDraw {
  temperature: f32,
  tau: f32,
  seed: vec2<u32>,
  stream: u32,
}

@group(0) @binding(2) var<storage, read> row_params: array<RowParams>;

// `row` counts in the batch.
fn row_draw(row: u32) -> RowDraw {
  if (params.row_params == 1u) {
    let p = row_params[row];
    return RowDraw(p.temperature, p.tau, vec2<u32>(p.seed_low, p.seed_high), p.stream);
  }
  return RowDraw(params.temperature, params.tau, vec2<u32>(params.seed_low, params.seed_high), params.stream + row * params.stream_stride);
}
