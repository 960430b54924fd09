// Computes the gradient by tasks that do whole rows, or a share of a row's draws, draw by draw. LANES lanes do a task; a workgroup does
// WORKGROUP / LANES. Twin: src/operations/gumbel_softmax_backward/compute.ts.

import package::gumbel_softmax_backward::draw_held::add_draw;
import package::gumbel_softmax_backward::result::write_backward;
import package::gumbel_softmax_backward::tasks::{Gradient, draw_of, draws_a_task, task_of, with_draw};
import package::shared::lanes::WORKGROUP;
import package::shared::one_draw::ONE_DRAW;
import package::shared::params::params;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::KEY_NONE;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let task = task_of(workgroup.y * workgroups.x + workgroup.x, index);
  let row = row_settings_of(params.first_row + task.row);
  var gradient = Gradient(KEY_NONE, vec2<f32>());
  // SwiftShader takes one and a half to three times as long over short rows where there is a loop, if only of one turn.
  if (ONE_DRAW) {
    gradient = add_draw(draw_of(task, 0u), task, row);
  } else {
    for (var i = 0u; i < draws_a_task(); i++) {
      let draw = draw_of(task, i);
      gradient = with_draw(gradient, draw, add_draw(draw, task, row));
    }
  }
  write_backward(task.number, task.lane, task.slot, task.inside, gradient.key, gradient.terms, row);
}
