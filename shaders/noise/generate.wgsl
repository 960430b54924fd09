// Noise of every class of every draw. Twin: src/operations/noise/compute.ts.
// An invocation makes the eight classes of one group of one draw.

import package::shared::params::params;
import package::shared::row_settings::RowSettings;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::rows_out_f32::store_words;
import package::shared::words::{exponentials4, first_words, gumbels4, halves_of, last_words, uniforms4};

override KIND: u32 = 0u; // 0 bits, 1 uniform, 2 exponential, 3 gumbel: in step with src/operations/noise/kinds.ts

fn transformed(words: vec4<u32>, first: u32, row: RowSettings, draw: u32) -> vec4<u32> {
  switch (KIND) {
    case 1u: { return bitcast<vec4<u32>>(uniforms4(words, first, row, draw)); }
    case 2u: { return bitcast<vec4<u32>>(exponentials4(words, first, row, draw)); }
    case 3u: { return bitcast<vec4<u32>>(gumbels4(words, first, row, draw)); }
    default: { return words; }
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
  store_words(base, group * 8u, transformed(first_words(halves), first, settings, draw));
  store_words(base, group * 8u + 4u, transformed(last_words(halves), first + 4u, settings, draw));
}
