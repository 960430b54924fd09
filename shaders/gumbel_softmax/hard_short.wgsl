// Draws hard samples of short rows, the one-hot of the drawn class: an invocation makes one draw. Twin: src/operations/gumbel_softmax/compute.ts.

import package::gumbel_softmax::one_hot::write_one_hot;
import package::shared::contest::contest;
import package::shared::lanes::WORKGROUP;
import package::shared::log_probs::LOG_PROBS;
import package::shared::logits::{base_of, load_class};
import package::shared::one_draw::ONE_DRAW;
import package::shared::params::params;
import package::shared::result::write_result;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::is_score;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let task = (workgroup.y * workgroups.x + workgroup.x) * WORKGROUP + index;
  if (task >= params.rows * params.num_samples) {
    return;
  }
  let row = select(task / params.num_samples, task, ONE_DRAW);
  let draw = select(task % params.num_samples, 0u, ONE_DRAW) + params.first_draw;
  let settings = row_settings_of(params.first_row + row);
  let base = base_of(row);
  var found = contest(base, settings, draw);
  if (LOG_PROBS && is_score(found.key)) {
    found.logit = bitcast<f32>(load_class(base, found.class_ - params.class_offset));
  }
  write_one_hot(params.rows_out_offset + task * params.rows_out_stride, 0u, (params.classes + 7u) / 8u, 0u, found);
  write_result(task, found, settings.temperature);
}
