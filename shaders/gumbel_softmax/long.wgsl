// Gumbel-softmax of rows too long to hold. LANES lanes make one draw; a workgroup of 64 makes 64 / LANES. A first pass leaves the scores where the samples will lie,
// or, where they do not fit, a second makes the noise again. Twin: src/cpu/gumbel_softmax.ts.

import package::gumbel_softmax::relax::{normalise, relax};
import package::shared::gather::{gather, rescaled};
import package::shared::keys::relaxation_of;
import package::shared::lanes::LANES;
import package::shared::log_probs::LOG_PROBS;
import package::shared::logits_f32::load_class;
import package::shared::params::params;
import package::shared::reduce_workgroup::row_sum;
import package::shared::result::write_result;
import package::shared::row_draw::row_draw;
import package::shared::score::{is_score, score_of_key};

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let slot = index / LANES;
  let lane = index % LANES;
  let task = (workgroup.y * workgroups.x + workgroup.x) * (64u / LANES) + slot;
  let inside = task < params.rows * params.samples;
  let row = task / params.samples;
  let drawn_row = row_draw(params.first_row + select(0u, row, inside));
  let groups = select(0u, (params.classes + 7u) / 8u, inside);
  let base = params.logits_offset + row * params.row_stride;
  let samples_base = params.samples_offset + task * params.samples_stride;

  let mine = relax(base, samples_base, drawn_row, task % params.samples, 0u, groups, lane);
  var whole = gather(lane, slot, mine, drawn_row.temperature);
  let relaxation = relaxation_of(drawn_row);
  let best = score_of_key(whole.key);
  whole.relaxed = row_sum(1u, slot, lane, rescaled(mine, best, relaxation.inverse));
  normalise(base, samples_base, drawn_row, task % params.samples, 0u, groups, lane, whole);
  if (inside && lane == 0u) {
    if (LOG_PROBS && is_score(whole.key)) {
      whole.logit = bitcast<f32>(load_class(base, whole.class_ - params.class_offset));
    }
    write_result(params.first_row * params.samples + task, whole, drawn_row.temperature);
  }
}
