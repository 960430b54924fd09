// Draws from one part of a long row: a workgroup leaves what it found in `partials`, for draw_combine.wgsl or
// gumbel_softmax/hard_finish.wgsl. Twin: src/operations/sample/compute.ts.

import package::shared::gather::gather;
import package::shared::log_probs::LOG_PROBS;
import package::shared::logits::{base_of, load_class};
import package::shared::params::params;
import package::shared::part::part_of;
import package::shared::partials::partials;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::scan::scan;
import package::shared::score::is_score;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let part = part_of(workgroup.y * workgroups.x + workgroup.x);
  let settings = row_settings_of(params.first_row + part.row);
  let base = base_of(part.row);
  let mine = scan(base, settings, part.draw, part.first, part.end, lane, 0u);
  var whole = gather(lane, 0u, mine, settings.temperature);
  if (part.inside && lane == 0u) {
    if (LOG_PROBS && is_score(whole.key)) {
      whole.logit = bitcast<f32>(load_class(base, whole.class_ - params.class_offset));
    }
    partials[part.task * params.total_parts + params.first_part + part.number] = whole;
  }
}
