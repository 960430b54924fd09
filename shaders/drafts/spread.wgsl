// Gives each position of drafts a setting of its sequence, which the caller has in a buffer; steps count on. An invocation has a position.

import package::shared::params::params;

override COUNTS: bool = false; // position i has i more than its sequence
override WORDS: u32 = 1u;      // of a setting

@group(0) @binding(75) var<storage, read> sequence_setting: array<u32>;
@group(0) @binding(76) var<storage, read_write> position_setting: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let at = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (at >= params.rows * params.num_samples) {
    return;
  }
  let row = at / params.num_samples;
  let more = select(0u, at % params.num_samples, COUNTS);
  for (var i = 0u; i < WORDS; i++) {
    position_setting[at * WORDS + i] = sequence_setting[params.rows_in_offset + row * WORDS + i] + more;
  }
}
