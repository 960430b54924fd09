// Keeps what is found of each draw, where other kernels give log-probabilities. Same signature as shared/log_prob_out.wgsl.

import package::log_probs::found::{Found, NO_CLASS, found_at, found_draws};
import package::shared::gather::Scan;
import package::shared::log_prob::drawn_log_prob;
import package::shared::score::is_score;

// `at` counts results; `found` is of the whole row, its logit the winner's.
fn write_log_prob(at: u32, found: Scan, temperature: f32) {
  let class_ = select(NO_CLASS, found.class_, is_score(found.key));
  found_draws[found_at(at)] = Found(class_, drawn_log_prob(found, temperature), found.max_logit, found.sum);
}
