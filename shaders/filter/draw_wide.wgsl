// Draws a class of each row from the many that filters keep, after choose.wgsl; rows that keep few are left alone. LANES lanes make one
// draw; a workgroup makes WORKGROUP / LANES. Twin: src/operations/sample/compute.ts.

import package::filter::cutoffs::{cutoffs, is_listed};
import package::filter::end::End;
import package::filter::row_end::keep;
import package::shared::gather::gather;
import package::shared::lanes::{LANES, WORKGROUP};
import package::shared::log_probs::LOG_PROBS;
import package::shared::logits::{base_of, load_class};
import package::shared::params::params;
import package::shared::result::write_result;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::scan::scan;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let slot = index / LANES;
  let lane = index % LANES;
  let task = (workgroup.y * workgroups.x + workgroup.x) * (WORKGROUP / LANES) + slot;
  let row = select(0u, task / params.num_samples, task < params.rows * params.num_samples);
  let cutoff = cutoffs[row];
  let inside = task < params.rows * params.num_samples && !is_listed(cutoff);
  let settings = row_settings_of(params.first_row + row);
  let end = select(0u, (params.classes + 7u) / 8u, inside);
  let base = base_of(row);
  keep(End(cutoff.key, cutoff.column));
  let mine = scan(base, settings, task % params.num_samples + params.first_draw, 0u, end, lane, slot);
  var whole = gather(lane, slot, mine, settings.temperature);
  if (inside && lane == 0u) {
    if (LOG_PROBS) {
      whole.logit = bitcast<f32>(load_class(base, whole.class_ - params.class_offset));
    }
    write_result(task, whole, settings.temperature);
  }
}
