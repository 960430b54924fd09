// Says of draws whose rows have no class left what took the last: an invocation looks at one draw. Twin: src/adjust/compute.ts.

import package::adjust::last_taker::last_taker;
import package::shared::params::params;
import package::shared::status::STATUS_ALL_MASKED;

override NEGATED: bool = false; // statuses stand negative among indices

@group(0) @binding(37) var<storage, read_write> told: array<u32>; // the status of each draw

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let task = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (task >= params.rows * params.num_samples) {
    return;
  }
  let at = params.status_offset + task;
  if (told[at] == select(STATUS_ALL_MASKED, 0u - STATUS_ALL_MASKED, NEGATED)) {
    let status = last_taker(task / params.num_samples);
    told[at] = select(status, 0u - status, NEGATED);
  }
}
