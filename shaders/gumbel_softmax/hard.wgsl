// Draws hard samples, the one-hot of the drawn class, by one lazy read of the logits as in sample/draw.wgsl. LANES lanes make one
// draw; a workgroup makes WORKGROUP / LANES. Twin: src/operations/gumbel_softmax/compute.ts.

import package::gumbel_softmax::one_hot::write_one_hot;
import package::shared::gather::gather;
import package::shared::lanes::{LANES, WORKGROUP};
import package::shared::log_probs::LOG_PROBS;
import package::shared::logits::{base_of, load_class};
import package::shared::params::params;
import package::shared::result::write_result;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::scan::scan;
import package::shared::score::is_score;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let slot = index / LANES;
  let lane = index % LANES;
  let task = (workgroup.y * workgroups.x + workgroup.x) * (WORKGROUP / LANES) + slot;
  let inside = task < params.rows * params.num_samples;
  let row = task / params.num_samples;
  let settings = row_settings_of(params.first_row + select(0u, row, inside));
  let groups = select(0u, (params.classes + 7u) / 8u, inside);
  let base = base_of(row);
  let mine = scan(base, settings, task % params.num_samples + params.first_draw, 0u, groups, lane, slot);
  var whole = gather(lane, slot, mine, settings.temperature);
  write_one_hot(params.rows_out_offset + task * params.rows_out_stride, 0u, groups, lane, whole);
  if (inside && lane == 0u) {
    if (LOG_PROBS && is_score(whole.key)) {
      whole.logit = bitcast<f32>(load_class(base, whole.class_ - params.class_offset));
    }
    write_result(task, whole, settings.temperature);
  }
}
