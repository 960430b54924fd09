// Keeps the most likely classes of new tokens and their log-probabilities, where append.wgsl, which follows, appends one. An invocation
// keeps one of them. Twin: src/decoder/sequences.ts.

import package::decoder::config::config;
import package::decoder::drawn::{FLAW, STATUSES, drawn};
import package::decoder::finished::{GOES_ON, finished};
import package::shared::params::params;

override ALL_OR_NONE: bool = false; // where some sequence has no token, none gets one

// Classes of all sequences, then, in a half of its own, their log-probabilities.
@group(0) @binding(61) var<storage, read> top_drawn: array<u32>;
@group(0) @binding(62) var<storage, read_write> top_kept: array<u32>;
@group(0) @binding(63) var<storage, read> steps_before: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let task = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (task >= params.rows * params.top_count) {
    return;
  }
  let row = task / params.top_count;
  let flawed = drawn[STATUSES * config.section + row] != 0u || (ALL_OR_NONE && drawn[FLAW * config.section] != 0u);
  if (finished[row] != GOES_ON || flawed) {
    return;
  }
  let n = steps_before[row] - config.first_step;
  let at = (row * config.max_tokens + n) * params.top_count + task % params.top_count;
  top_kept[at] = top_drawn[task];
  top_kept[arrayLength(&top_kept) / 2u + at] = top_drawn[arrayLength(&top_drawn) / 2u + task];
}
