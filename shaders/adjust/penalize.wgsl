// Penalizes the classes that rows have had, after clear.wgsl and count.wgsl: an invocation has a token, and the first of a class writes its
// logit. Twin: src/adjust/compute.ts.

import package::adjust::arithmetic::{SIGN, invalid4, products4, sums4};
import package::adjust::bias::biased_class;
import package::adjust::counts::{IN_PROMPT, taken_count};
import package::adjust::logits::base_of;
import package::adjust::marks::store_penalized;
import package::adjust::penalties::penalties_of;
import package::adjust::row_penalties::RowPenalties;
import package::adjust::tokens::class_at;
import package::shared::logits_f32::given_class;
import package::shared::params::params;

// A logit of a class that is so often in the output; only the first of the four is looked at.
fn penalized_logit(logit: vec4<u32>, count: u32, row: RowPenalties) -> vec4<u32> {
  let positive = bitcast<i32>(logit.x) > 0;
  let repeated = products4(logit, vec4<f32>(select(row.repetition, row.inverse, positive)));
  if (count == 0u) {
    return repeated;
  }
  let minus_frequency = products4(bitcast<vec4<u32>>(vec4<f32>(f32(count))), vec4<f32>(-row.frequency));
  return sums4(sums4(repeated, minus_frequency), bitcast<vec4<u32>>(vec4<f32>(row.presence)) ^ vec4<u32>(SIGN));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let task = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (task >= params.rows * params.token_count) {
    return;
  }
  let row = task / params.token_count;
  let penalties = penalties_of(row);
  let c = class_at(row, task % params.token_count, penalties);
  if (c >= params.classes) {
    return;
  }
  let count = taken_count(row, c);
  if (count == 0u) {
    return;
  }
  let base = base_of(row);
  let before = vec4<u32>(biased_class(given_class(base.logits, c), base.bias, c));
  let after = select(penalized_logit(before, count & ~IN_PROMPT, penalties), before, invalid4(before));
  store_penalized(row, c, after.x);
}
