// Draws a class of each row from the few that filters keep, after choose.wgsl; rows that keep more are left alone. LANES lanes make one
// draw; a workgroup makes WORKGROUP / LANES. Twin: src/operations/sample/compute.ts.

import package::filter::blocks::MOST_LISTED;
import package::filter::cutoffs::{cutoffs, is_listed};
import package::filter::keys::logit_of_key;
import package::filter::listed::listed;
import package::shared::best::{Best, better_of};
import package::shared::gather::{gather, nothing_found};
import package::shared::lanes::{LANES, WORKGROUP};
import package::shared::log_probs::LOG_PROBS;
import package::shared::logits::{base_of, load_class};
import package::shared::math::{decay, rate_of};
import package::shared::params::params;
import package::shared::result::write_result;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::{is_score, key_of_score, remainders_of, scores_of, terms_of};
import package::shared::words::{gumbel_at, word_at};

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let slot = index / LANES;
  let lane = index % LANES;
  let task = (workgroup.y * workgroups.x + workgroup.x) * (WORKGROUP / LANES) + slot;
  let row = select(0u, task / params.num_samples, task < params.rows * params.num_samples);
  let cutoff = cutoffs[row];
  let inside = task < params.rows * params.num_samples && is_listed(cutoff);
  let settings = row_settings_of(params.first_row + row);
  let base = base_of(row);
  let draw = task % params.num_samples + params.first_draw;
  let end = select(0u, cutoff.count, inside && is_score(cutoff.top));
  let rate = rate_of(settings.temperature, 1.0);

  var mine = nothing_found();
  var best = Best(mine.key, 0.0, 0xffffffffu);
  mine.max_logit = select(mine.max_logit, logit_of_key(cutoff.top), end > 0u);
  for (var i = lane; i < end; i += LANES) {
    let column = listed[row * MOST_LISTED + i];
    let bits = load_class(base, column);
    let class_ = params.class_offset + column;
    let gumbel = gumbel_at(word_at(class_, settings, draw), class_, settings, draw);
    let terms = terms_of(vec4<u32>(bits), settings.temperature, vec4<f32>(gumbel));
    let scores = scores_of(terms);
    best = better_of(best, Best(key_of_score(scores.x), remainders_of(terms, scores).x, class_));
    if (LOG_PROBS) {
      mine.sum += decay(min(bitcast<f32>(bits), mine.max_logit), mine.max_logit, rate);
    }
  }
  mine.key = best.key;
  mine.remainder = best.remainder;
  mine.class_ = best.class_;
  var whole = gather(lane, slot, mine, settings.temperature);
  if (inside && lane == 0u) {
    if (!is_score(cutoff.top)) {
      whole.key = cutoff.top;
    } else if (LOG_PROBS) {
      whole.logit = bitcast<f32>(load_class(base, whole.class_ - params.class_offset));
    }
    write_result(task, whole, settings.temperature);
  }
}
