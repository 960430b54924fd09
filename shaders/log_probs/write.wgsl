// Writes the log-probability of each draw, after it, and NaN where there is none. An invocation has a draw. Twin:
// src/operations/sample/log_probs.ts.

import package::log_probs::drawn::log_prob_of_draw;
import package::log_probs::found::{NO_CLASS, found_at, found_draws};
import package::shared::float_bits::NAN;
import package::shared::params::params;

@group(0) @binding(82) var<storage, read_write> log_probs_out: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let task = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (task >= params.rows * params.num_samples) {
    return;
  }
  var bits = NAN;
  if (found_draws[found_at(task)].class_ != NO_CLASS) {
    bits = log_prob_of_draw(task);
  }
  log_probs_out[params.log_prob_offset + task] = bits;
}
