// Brings what the parts of a long row found together.

import package::shared::gather::{Scan, gather, nothing_found, rescaled};
import package::shared::lanes::LANES;
import package::shared::log_probs::LOG_PROBS;
import package::shared::math::{decay, rate_of};
import package::shared::params::params;
import package::shared::partials::partials;
import package::shared::reduce_workgroup::first_row_sum;
import package::shared::row_settings::RowSettings;
import package::shared::score::{best_of, is_score};

var<workgroup> sh_logit: f32;

// By all lanes of a workgroup, in uniform control flow; all get the result.
fn combine(task: u32, row: RowSettings, inside: bool, lane: u32) -> Scan {
  let rate = rate_of(row.temperature, 1.0);
  let relaxed_rate = rate_of(row.temperature, row.tau);
  var mine = nothing_found();
  let end = select(0u, params.total_parts, inside);
  for (var part = lane; part < end; part += LANES) {
    let found = partials[task * params.total_parts + part];
    if (LOG_PROBS) {
      let m = max(mine.max_logit, found.max_logit);
      mine.sum = mine.sum * decay(mine.max_logit, m, rate) + found.sum * decay(found.max_logit, m, rate);
      mine.max_logit = m;
    }
    let before = mine;
    // Parts lie in ascending order of class, so an equal sum is a higher class.
    if (found.key > mine.key || (found.key == mine.key && found.remainder > mine.remainder)) {
      mine.key = found.key;
      mine.remainder = found.remainder;
      mine.class_ = found.class_;
      mine.logit = found.logit;
    }
    let best = best_of(mine.key);
    mine.relaxed = rescaled(before, best, relaxed_rate) + rescaled(found, best, relaxed_rate);
  }
  var whole = gather(lane, 0u, mine, row.temperature);
  whole.relaxed = first_row_sum(0u, lane, rescaled(mine, best_of(whole.key), relaxed_rate));
  if (LOG_PROBS) {
    if (is_score(mine.key) && mine.key == whole.key && mine.class_ == whole.class_) {
      sh_logit = mine.logit;
    }
    workgroupBarrier();
    whole.logit = sh_logit;
  }
  return whole;
}
