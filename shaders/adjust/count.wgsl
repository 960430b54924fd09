// Counts the tokens of rows, for penalize.wgsl: an invocation counts one. Twin: src/adjust/compute.ts.

import package::adjust::counts::add_token;
import package::adjust::penalties::penalties_of;
import package::adjust::tokens::class_at;
import package::shared::params::params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let task = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (task >= params.rows * params.token_count) {
    return;
  }
  let row = task / params.token_count;
  let place = task % params.token_count;
  let penalties = penalties_of(row);
  let c = class_at(row, place, penalties);
  if (c < params.classes) {
    add_token(row, c, place < penalties.prompt_length);
  }
}
