// Makes inclusive sums of the sums of each row's blocks, after weigh.wgsl. LANES lanes have a row, each a run of neighbouring blocks; a
// workgroup has WORKGROUP / LANES rows. Followed by draw.wgsl.

import package::filter::blocks::blocks_of_row;
import package::inverse_cdf::block_sums::{block_sums, first_block_of};
import package::shared::lanes::{LANES, WORKGROUP};
import package::shared::params::params;
import package::shared::u64::add64;

var<workgroup> sh_runs: array<vec2<u32>, 64>; // sums of the lanes' runs

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let row = (workgroup.y * workgroups.x + workgroup.x) * (WORKGROUP / LANES) + index / LANES;
  let lane = index % LANES;
  let blocks = select(0u, blocks_of_row(), row < params.rows);
  let run = (blocks + LANES - 1u) / LANES;
  let begin = first_block_of(row) + min(lane * run, blocks);
  let end = first_block_of(row) + min((lane + 1u) * run, blocks);
  var sum = vec2<u32>();
  for (var block = begin; block < end; block++) {
    sum = add64(sum, block_sums[block]);
  }
  sh_runs[index] = sum;
  workgroupBarrier();
  sum = vec2<u32>();
  for (var earlier = index - lane; earlier < index; earlier++) {
    sum = add64(sum, sh_runs[earlier]);
  }
  for (var block = begin; block < end; block++) {
    sum = add64(sum, block_sums[block]);
    block_sums[block] = sum;
  }
}
