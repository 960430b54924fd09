// Finishes the soft samples of few long rows, after part.wgsl: a workgroup brings the parts of its draw together, then writes the
// samples of one part; that of the first part also writes the draw's result. Twin: src/operations/gumbel_softmax/compute.ts.

import package::gumbel_softmax::relax::normalise;
import package::shared::combine::combine;
import package::shared::logits::base_of;
import package::shared::params::params;
import package::shared::part::part_of;
import package::shared::result::write_result;
import package::shared::row_settings_uniform::row_settings_of;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let part = part_of(workgroup.y * workgroups.x + workgroup.x);
  let settings = row_settings_of(params.first_row + part.row);
  let whole = combine(part.task, settings, part.inside, lane);
  let base = base_of(part.row);
  let out_base = params.rows_out_offset + part.task * params.rows_out_stride;
  normalise(base, out_base, settings, part.draw, part.first, part.end, lane, whole);
  if (part.inside && part.number == 0u && lane == 0u) {
    write_result(part.task, whole, settings.temperature);
  }
}
