// Gives log-probabilities under the softmax of the logits as they are given. Same signatures as drawn.wgsl.

import package::log_probs::found::{found_at, found_draws};
import package::log_probs::row_sums::sums_of_row;
import package::shared::log_prob::{Odds, log_prob_of};
import package::shared::logits::{base_of, load_class};
import package::shared::math::rate_of;
import package::shared::params::params;

// Of a row of this dispatch.
fn odds_of_row(row: u32) -> Odds {
  let sums = sums_of_row(row, rate_of(1.0, 1.0));
  return Odds(sums.x, sums.y, 1.0);
}

// Of a draw of this dispatch that has a class.
fn log_prob_of_draw(draw: u32) -> u32 {
  let row = draw / params.num_samples;
  let column = found_draws[found_at(draw)].class_ - params.class_offset;
  return log_prob_of(bitcast<f32>(load_class(base_of(row), column)), odds_of_row(row));
}
