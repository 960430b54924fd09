// Brings the parts of long rows together, after draw_part.wgsl: a workgroup gives the result of one draw. Twin: src/operations/sample/compute.ts.

import package::shared::combine::combine;
import package::shared::params::params;
import package::shared::result::write_result;
import package::shared::row_settings_uniform::row_settings_of;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let task = workgroup.y * workgroups.x + workgroup.x;
  let inside = task < params.rows * params.num_samples;
  let settings = row_settings_of(params.first_row + select(0u, task / params.num_samples, inside));
  let whole = combine(task, settings, inside, lane);
  if (inside && lane == 0u) {
    write_result(task, whole, settings.temperature);
  }
}
