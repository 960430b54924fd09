// Makes the bitmask of each sequence: what is allowed, without the stop tokens where it has too few tokens. An invocation has a word.

import package::decoder::all_allowed::allowed_word;
import package::decoder::config::config;
import package::shared::params::params;

@group(0) @binding(58) var<storage, read_write> mask_out: array<u32>; // rows of (classes + 31) / 32 words
@group(0) @binding(59) var<storage, read> steps_now: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let words = (params.classes + 31u) / 32u;
  let task = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (task >= params.rows * words) {
    return;
  }
  let row = task / words;
  let word = task % words;
  var allowed = allowed_word(row, word);
  if (steps_now[row] - config.first_step < config.min_tokens) {
    for (var i = 0u; i < config.stop_count; i++) {
      if (config.stops[i] / 32u == word) {
        allowed &= ~(1u << (config.stops[i] % 32u));
      }
    }
  }
  mask_out[task] = allowed;
}
