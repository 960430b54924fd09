// Finds the largest logit of each block of 64 classes, as a key, by which the filters of a row read only blocks that matter. An invocation
// has a block. Followed by choose.wgsl.

import package::filter::blocks::{BLOCK_FOURS, blocks_of_row};
import package::filter::keys::key_of_bits;
import package::filter::tops_out::tops;
import package::shared::float_bits::{NEGATIVE_INFINITY, POSITIVE_INFINITY};
import package::shared::logits::{base_of, load_nearest};
import package::shared::params::params;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::{KEY_NAN, KEY_POSITIVE_INFINITY, KEY_SETTINGS};

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
  let base = base_of(row);
  let first = (task % blocks) * BLOCK_FOURS;
  // Repeats past the row's end change none of these.
  var bits = load_nearest(base, first);
  var largest = bitcast<vec4<i32>>(bits);
  var most = bits;
  var least = bits;
  for (var four = first + 1u; four < first + BLOCK_FOURS; four++) {
    bits = load_nearest(base, four);
    largest = max(largest, bitcast<vec4<i32>>(bits));
    most = max(most, bits);
    least = min(least, bits);
  }
  let positive = max(max(largest.x, largest.y), max(largest.z, largest.w));
  let negative = min(min(least.x, least.y), min(least.z, least.w));
  var key = key_of_bits(select(bitcast<u32>(positive), negative, positive < 0));
  if (row_settings_of(params.first_row + row).temperature < 0.0) {
    key = KEY_SETTINGS;
  }
  if (positive == i32(POSITIVE_INFINITY)) {
    key = KEY_POSITIVE_INFINITY;
  }
  if (positive > i32(POSITIVE_INFINITY) || max(max(most.x, most.y), max(most.z, most.w)) > NEGATIVE_INFINITY) {
    key = KEY_NAN;
  }
  tops[task] = key;
}
