// Writes the most likely classes of each row and their log-probabilities, after filter/choose.wgsl has listed them and the row has been drawn
// from; -1 and -Infinity where there are fewer, -1 and NaN in a row without a distribution. An invocation has one of them. Twin:
// src/operations/sample/log_probs.ts.

import package::filter::blocks::MOST_LISTED;
import package::filter::cutoffs::cutoffs;
import package::filter::listed::listed;
import package::log_probs::count_any::count_of_row;
import package::log_probs::drawn::odds_of_row;
import package::log_probs::found::{NO_CLASS, found_at, found_draws};
import package::shared::float_bits::{NAN, NEGATIVE_INFINITY};
import package::shared::log_prob::log_prob_of;
import package::shared::logits::{base_of, load_class};
import package::shared::params::params;

@group(0) @binding(84) var<storage, read_write> top_indices: array<u32>;
@group(0) @binding(85) var<storage, read_write> top_log_probs: array<u32>;

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
  let place = task % params.top_count;
  let odds = odds_of_row(row);
  let valid = found_draws[found_at(row * params.num_samples)].class_ != NO_CLASS;
  let count = min(min(cutoffs[row].count, count_of_row(row)), select(MOST_LISTED, 1u, odds.temperature == 0.0));
  var class_ = NO_CLASS;
  var bits = select(NAN, NEGATIVE_INFINITY, valid);
  if (valid && place < count) {
    let column = listed[row * MOST_LISTED + place];
    class_ = params.class_offset + column;
    bits = log_prob_of(bitcast<f32>(load_class(base_of(row), column)), odds);
  }
  top_indices[params.index_offset + task] = class_;
  top_log_probs[params.log_prob_offset + task] = bits;
}
