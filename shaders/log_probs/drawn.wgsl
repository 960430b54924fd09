// Gives log-probabilities under the distribution that is drawn from. Variant with the same signatures: raw.wgsl.

import package::log_probs::found::{found_at, found_draws};
import package::shared::log_prob::Odds;
import package::shared::params::params;
import package::shared::row_settings_uniform::row_settings_of;

// Of a row of this dispatch, that of its first draw.
fn odds_of_row(row: u32) -> Odds {
  let found = found_draws[found_at(row * params.num_samples)];
  return Odds(found.max_logit, found.sum, row_settings_of(params.first_row + row).temperature);
}

// Of a draw of this dispatch that has a class.
fn log_prob_of_draw(draw: u32) -> u32 {
  return found_draws[found_at(draw)].log_prob;
}
