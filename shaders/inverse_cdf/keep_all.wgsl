// Finds the largest logit of each row that nothing filters, after filter/tops.wgsl, and keeps all classes, as filter/choose.wgsl keeps
// some; temperature 0 keeps those that are largest. LANES lanes have a row, a workgroup WORKGROUP / LANES rows.

import package::filter::blocks::blocks_of_row;
import package::filter::cutoffs::{Cutoff, cutoffs};
import package::filter::tops_out::tops;
import package::shared::lanes::{LANES, WORKGROUP};
import package::shared::params::params;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::KEY_LOWEST;

var<workgroup> sh_tops: array<u32, 64>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let row = (workgroup.y * workgroups.x + workgroup.x) * (WORKGROUP / LANES) + index / LANES;
  let blocks = select(0u, blocks_of_row(), row < params.rows);
  var top = 0u;
  for (var block = index % LANES; block < blocks; block += LANES) {
    top = max(top, tops[row * blocks + block]);
  }
  sh_tops[index] = top;
  workgroupBarrier();
  if (index % LANES != 0u || row >= params.rows) {
    return;
  }
  for (var i = 1u; i < LANES; i++) {
    top = max(top, sh_tops[index + i]);
  }
  let cold = row_settings_of(params.first_row + row).temperature == 0.0;
  cutoffs[row] = Cutoff(select(KEY_LOWEST, top, cold), 0xffffffffu, params.classes, top);
}
