// Brings the parts of long rows together, a workgroup a draw. Twin: src/cpu/sample.ts.

import package::shared::combine::combine;
import package::shared::params::params;
import package::shared::result::write_result;
import package::shared::row_draw::row_draw;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let task = workgroup.y * workgroups.x + workgroup.x;
  let inside = task < params.rows * params.samples;
  let drawn_row = row_draw(params.first_row + select(0u, task / params.samples, inside));
  let whole = combine(task, drawn_row, inside, lane);
  if (inside && lane == 0u) {
    write_result(params.first_row * params.samples + task, whole, drawn_row.temperature);
  }
}
