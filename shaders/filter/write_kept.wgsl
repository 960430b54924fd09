// Gives how far the kept classes of each row reach, after choose.wgsl: an invocation writes one of its numbers for one row.

import package::filter::cutoffs::cutoffs;
import package::filter::keys::logit_of_key;
import package::shared::float_bits::NAN;
import package::shared::params::params;
import package::shared::score::is_score;

override PART: u32 = 0u; // 0 their count, 1 the logit of the last, 2 its class; in rows without a distribution 0, NaN, -1

@group(0) @binding(33) var<storage, read_write> kept_out: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let row = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (row >= params.rows) {
    return;
  }
  let cutoff = cutoffs[row];
  let ok = is_score(cutoff.top);
  var value = select(0u, cutoff.count, ok);
  if (PART == 1u) {
    value = select(NAN, bitcast<u32>(logit_of_key(cutoff.key)), ok);
  }
  if (PART == 2u) {
    value = select(0xffffffffu, params.class_offset + cutoff.column, ok);
  }
  kept_out[params.rows_out_offset + row] = value;
}
