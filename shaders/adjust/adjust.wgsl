// Adds the bias to rows of logits and bans what the bitmask does not allow: `parts` invocations share a row. What penalties change is
// written again, by penalize.wgsl. Twin: src/adjust/compute.ts.

import package::adjust::bias::biased;
import package::adjust::bitmask::allowed;
import package::adjust::taken::{nothing_taken, store_taken, with_taken};
import package::shared::logits_f32::load_four;
import package::shared::params::params;
import package::shared::rows_out_f32::store_words;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let task = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (task >= params.rows * params.parts) {
    return;
  }
  let row = task / params.parts;
  let part = task % params.parts;
  let base = params.logits_offset + row * params.logits_stride;
  let out_base = params.rows_out_offset + row * params.rows_out_stride;
  var taken = nothing_taken();
  for (var c = part * 4u; c < params.classes; c += params.parts * 4u) {
    let logits = load_four(base, c);
    let sums = biased(logits, row, c);
    let left = allowed(sums, row, c);
    taken = with_taken(taken, logits, sums, left);
    store_words(out_base, c, left);
  }
  store_taken(row, part, taken);
}
