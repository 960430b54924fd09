// Begins the soft samples of few long rows: a workgroup leaves the scores of one part of a row where the samples will lie, and what
// it found in `partials`, for finish.wgsl. Twin: src/operations/gumbel_softmax/compute.ts.

import package::gumbel_softmax::relax::relax;
import package::shared::gather::{gather, rescaled};
import package::shared::log_probs::LOG_PROBS;
import package::shared::logits::{base_of, load_class};
import package::shared::math::rate_of;
import package::shared::params::params;
import package::shared::part::part_of;
import package::shared::partials::partials;
import package::shared::reduce_workgroup::first_row_sum;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::{best_of, is_score};

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let part = part_of(workgroup.y * workgroups.x + workgroup.x);
  let settings = row_settings_of(params.first_row + part.row);
  let base = base_of(part.row);
  let out_base = params.rows_out_offset + part.task * params.rows_out_stride;
  let mine = relax(base, out_base, settings, part.draw, part.first, part.end, lane);
  var whole = gather(lane, 0u, mine, settings.temperature);
  whole.relaxed = first_row_sum(0u, lane, rescaled(mine, best_of(whole.key), rate_of(settings.temperature, settings.tau)));
  if (part.inside && lane == 0u) {
    if (LOG_PROBS && is_score(whole.key)) {
      whole.logit = bitcast<f32>(load_class(base, whole.class_ - params.class_offset));
    }
    partials[part.task * params.total_parts + params.first_part + part.number] = whole;
  }
}
