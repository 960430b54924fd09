// Adds the bias to rows of logits and bans what the bitmask does not allow: `parts` invocations share a row. What penalties change is
// written again, by penalize.wgsl. Twin: src/adjust/compute.ts.

import package::adjust::bias::biased;
import package::adjust::bitmask::allowed;
import package::adjust::logits::base_of;
import package::adjust::taken::{nothing_taken, store_taken, with_taken};
import package::shared::logits_f32::{given_nearest, nearest_places, within};
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
  let base = base_of(row);
  let out_base = params.rows_out_offset + row * params.rows_out_stride;
  var taken = nothing_taken();
  for (var c = part * 4u; c < params.classes; c += params.parts * 4u) {
    let places = nearest_places(c / 4u);
    let logits = within(given_nearest(base.logits, c / 4u), c / 4u);
    let sums = biased(logits, base.bias, places);
    let left = allowed(sums, base.bitmask, places);
    taken = with_taken(taken, logits, sums, left);
    store_words(out_base, c, left);
  }
  store_taken(row, part, taken);
}
