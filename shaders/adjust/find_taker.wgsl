// Says of draws whose rows have no class left what took the last: `parts` invocations share a draw, and read the row again.
// Twin: src/adjust/compute.ts.

import package::adjust::bias::biased;
import package::adjust::bitmask::allowed;
import package::adjust::logits::base_of;
import package::adjust::penalized::with_penalties;
import package::shared::float_bits::masked4;
import package::shared::logits_f32::{given_nearest, nearest_places};
import package::shared::params::params;
import package::shared::status::{STATUS_ALL_MASKED, STATUS_BIAS, STATUS_BITMASK, STATUS_PENALTIES};

override NEGATED: bool = false; // statuses stand negative among indices

@group(0) @binding(92) var<storage, read_write> takers: array<atomic<i32>>; // the status of each draw

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let task = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  let draw = task / params.parts;
  if (draw >= params.rows * params.num_samples) {
    return;
  }
  let at = params.status_offset + draw;
  let sign = select(1, -1, NEGATED);
  let status = u32(sign * atomicLoad(&takers[at]));
  // Others may have written what they found.
  if (status != STATUS_ALL_MASKED && (status < STATUS_BIAS || status > STATUS_BITMASK)) {
    return;
  }
  let base = base_of(draw / params.num_samples);
  var found = STATUS_ALL_MASKED;
  for (var four = task % params.parts; four * 4u < params.classes && found < STATUS_BITMASK; four += params.parts) {
    let places = nearest_places(four);
    let logits = given_nearest(base.logits, four);
    let sums = biased(logits, base.bias, places);
    let less = with_penalties(sums, base.penalized, base.marks, places);
    let left = allowed(less, base.bitmask, places);
    if (any(masked4(sums) & !masked4(logits))) {
      found = max(found, STATUS_BIAS);
    }
    if (any(masked4(less) & !masked4(sums))) {
      found = STATUS_PENALTIES;
    }
    if (any(masked4(left) & !masked4(less))) {
      found = STATUS_BITMASK;
    }
  }
  // The last taker has the highest status.
  if (NEGATED) {
    atomicMin(&takers[at], -i32(found));
  } else {
    atomicMax(&takers[at], i32(found));
  }
}
