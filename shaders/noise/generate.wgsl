// Writes the noise of every class of every row. An invocation makes the eight classes of one group of one row.
// Twin: src/cpu/generate_noise.ts.

import package::shared::params::params;
import package::shared::row_settings::RowSettings;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::words::{exponential_at, gumbel_at, halves_of, uniform_at, word_of};

@group(0) @binding(15) var<storage, read_write> noise: array<u32>;

override KIND: u32 = 0u; // 0 bits, 1 uniform, 2 exponential, 3 gumbel: in step with src/webgpu/generate_noise.ts

fn transformed(word: u32, class_: u32, row: RowSettings) -> u32 {
  switch (KIND) {
    case 1u: { return bitcast<u32>(uniform_at(word, class_, row, 0u)); }
    case 2u: { return bitcast<u32>(exponential_at(word, class_, row, 0u)); }
    case 3u: { return bitcast<u32>(gumbel_at(word, class_, row, 0u)); }
    default: { return word; }
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let groups = (params.classes + 7u) / 8u;
  let id = (workgroup.y * workgroups.x + workgroup.x) * 64u + lane;
  let row = id / groups;
  let group = id % groups;
  if (row >= params.rows) {
    return;
  }
  let draw = row_settings_of(params.first_row + row);
  let halves = halves_of(params.class_offset / 8u + group, draw, 0u);
  let end = min(8u, params.classes - group * 8u);
  for (var i = 0u; i < end; i++) {
    noise[row * params.classes + group * 8u + i] = transformed(word_of(halves, i), params.class_offset + group * 8u + i, draw);
  }
}
