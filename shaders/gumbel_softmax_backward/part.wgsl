// Begins the gradient of few long rows: a workgroup reads one part of a row for one draw, and leaves what it found in `partials`,
// for finish.wgsl. Twin: src/operations/gumbel_softmax_backward/compute.ts.

import package::gumbel_softmax_backward::found::gather_weighed;
import package::gumbel_softmax_backward::partials::partials;
import package::gumbel_softmax_backward::weigh::weigh;
import package::shared::logits::base_of;
import package::shared::math::rate_of;
import package::shared::params::params;
import package::shared::part::part_of;
import package::shared::row_settings_uniform::row_settings_of;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let part = part_of(workgroup.y * workgroups.x + workgroup.x);
  let settings = row_settings_of(params.first_row + part.row);
  let base = base_of(part.row);
  let in_base = params.rows_in_offset + select(0u, part.task, part.inside) * params.rows_in_stride;
  let out_base = params.rows_out_offset + part.row * params.rows_out_stride;
  let mine = weigh(base, in_base, out_base, settings, part.draw, part.first, part.end, lane);
  let whole = gather_weighed(lane, 0u, mine, in_base, rate_of(settings.temperature, settings.tau));
  if (part.inside && lane == 0u) {
    partials[part.task * params.parts + part.number] = whole;
  }
}
