// Noise of every class of every draw. Twin: src/operations/noise/compute.ts.
// An invocation makes the eight classes of one group of one draw.

import package::shared::params::params;
import package::shared::row_settings::RowSettings;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::rows_out_f32::store_words;
import package::shared::words::{exponential_at, gumbel_at, halves_of, uniform_at, word_of};

override KIND: u32 = 0u; // 0 bits, 1 uniform, 2 exponential, 3 gumbel: in step with src/operations/noise/kinds.ts

fn transformed(word: u32, class_: u32, row: RowSettings, draw: u32) -> u32 {
  switch (KIND) {
    case 1u: { return bitcast<u32>(uniform_at(word, class_, row, draw)); }
    case 2u: { return bitcast<u32>(exponential_at(word, class_, row, draw)); }
    case 3u: { return bitcast<u32>(gumbel_at(word, class_, row, draw)); }
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
  let task = id / groups;
  let group = id % groups;
  if (task >= params.rows * params.num_samples) {
    return;
  }
  let settings = row_settings_of(params.first_row + task / params.num_samples);
  let draw = task % params.num_samples + params.first_draw;
  let first = params.class_offset + group * 8u;
  let halves = halves_of(first / 8u, settings, draw);
  let base = params.rows_out_offset + task * params.rows_out_stride;
  var words: vec4<u32>;
  for (var i = 0u; i < 8u; i++) {
    words[i & 3u] = transformed(word_of(halves, i), first + i, settings, draw);
    if ((i & 3u) == 3u) {
      store_words(base, group * 8u + (i & 4u), words);
    }
  }
}
