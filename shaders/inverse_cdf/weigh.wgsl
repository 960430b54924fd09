// Adds up the masses of each block of 64 classes, after filter/choose.wgsl or keep_all.wgsl. An invocation has a block. Followed by
// add_blocks.wgsl.

import package::filter::blocks::{BLOCK_FOURS, blocks_of_row};
import package::filter::cutoffs::cutoffs;
import package::inverse_cdf::block_sums::block_sums;
import package::inverse_cdf::class_sums::{class_sums, first_class_of};
import package::inverse_cdf::kept_masses::{kept_masses, scale_of_row};
import package::shared::logits::{base_of, load_four};
import package::shared::params::params;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::is_score;
import package::shared::u64::add64;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let blocks = blocks_of_row();
  let task = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (task >= params.rows * blocks) {
    return;
  }
  let row = task / blocks;
  let cutoff = cutoffs[row];
  if (!is_score(cutoff.top)) {
    return;
  }
  let base = base_of(row);
  let first = 4u * BLOCK_FOURS * (task % blocks);
  let scale = scale_of_row(cutoff, row_settings_of(params.first_row + row).temperature);
  var sum = vec2<u32>();
  for (var i = 0u; i < BLOCK_FOURS; i++) {
    let column = first + 4u * i;
    let masses = kept_masses(load_four(base, column), column, cutoff, scale);
    for (var j = 0u; j < 4u; j++) {
      sum = add64(sum, vec2<u32>(masses.low[j], masses.high[j]));
      class_sums[first_class_of(task) + 4u * i + j] = sum;
    }
  }
  block_sums[task] = sum;
}
