// Holds of each part of each row its largest logit, and the sum of exp((l - largest) / T).

import package::shared::float_bits::LOWEST;
import package::shared::math::{Rate, decay};
import package::shared::params::params;

@group(0) @binding(81) var<storage, read_write> row_sums: array<vec2<f32>>;

// The place of a row's first part.
fn sums_at(row: u32) -> u32 {
  return params.sum_offset / 2u + row * params.total_parts;
}

// The same of the whole row.
fn sums_of_row(row: u32, rate: Rate) -> vec2<f32> {
  var all = vec2<f32>(LOWEST, 0.0);
  for (var i = 0u; i < params.total_parts; i++) {
    let part = row_sums[sums_at(row) + i];
    let m = max(all.x, part.x);
    all = vec2<f32>(m, all.y * decay(all.x, m, rate) + part.y * decay(part.x, m, rate));
  }
  return all;
}
