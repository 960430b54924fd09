// Writes rows of adjusted logits, for draws that cannot adjust them as they read: `parts` invocations share a row.
// Twin: src/adjust/compute.ts.

import package::adjust::logits::{base_of, load_four};
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
  let base = base_of(row);
  let out_base = params.rows_out_offset + row * params.rows_out_stride;
  for (var c = task % params.parts * 4u; c < params.classes; c += params.parts * 4u) {
    store_words(out_base, c, load_four(base, c));
  }
}
