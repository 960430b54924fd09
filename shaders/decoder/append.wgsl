// Appends tokens to sequences that go on, and says which are finished by them. An invocation has a sequence. Twin: src/decoder/sequences.ts.

import package::decoder::config::config;
import package::decoder::drawn::{FLAW, drawn};
import package::decoder::finished::{FLAWED, FULL, GOES_ON, STOPPED, finished};
import package::decoder::keep_log_probs::keep_log_prob;
import package::decoder::tokens_drawn::{count_of, log_prob_of, status_of_row, token_of};
import package::shared::params::params;

override ALL_OR_NONE: bool = false; // where some sequence has no token, none gets one

@group(0) @binding(54) var<storage, read_write> tokens_kept: array<u32>;
@group(0) @binding(55) var<storage, read_write> lengths_kept: array<u32>;
@group(0) @binding(56) var<storage, read_write> steps_kept: array<u32>;
@group(0) @binding(57) var<storage, read_write> indices_kept: array<u32>;

fn is_stop(token: u32) -> bool {
  var stop = false;
  for (var i = 0u; i < config.stop_count; i++) {
    stop = stop || config.stops[i] == token;
  }
  return stop;
}

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
  if (ALL_OR_NONE && drawn[FLAW * config.section] != 0u) {
    return;
  }
  var state = finished[row];
  var token = config.pad_token;
  let count = count_of(row);
  let status = status_of_row(row);
  if (state == GOES_ON && status != 0u) {
    state = FLAWED + status;
  }
  for (var i = 0u; i < count && state == GOES_ON; i++) {
    token = token_of(row, i);
    let length = lengths_kept[row];
    let n = steps_kept[row] - config.first_step;
    tokens_kept[row * config.token_stride + length] = token;
    keep_log_prob(row, n, log_prob_of(row));
    lengths_kept[row] = length + 1u;
    steps_kept[row] += 1u;
    if (n + 1u >= config.max_tokens) {
      state = FULL;
    }
    if (is_stop(token)) {
      state = STOPPED;
    }
  }
  finished[row] = state;
  indices_kept[row * config.index_words] = token;
  if (config.index_words == 2u) {
    indices_kept[row * 2u + 1u] = 0u;
  }
}
