// Clears the marks of penalized classes, before penalize.wgsl makes them: an invocation clears those of 32 classes.

import package::adjust::marks::{clear_marks, mark_words};
import package::shared::params::params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let task = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (task < params.rows * mark_words()) {
    clear_marks(task / mark_words(), task % mark_words());
  }
}
