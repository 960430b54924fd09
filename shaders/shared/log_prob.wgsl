// Computes log-probabilities, as bits.

import package::shared::float_bits::{NAN, NEGATIVE_INFINITY};
import package::shared::gather::Scan;
import package::shared::math::rate_of;
import package::shared::score::is_score;

// What log-probabilities of a row's classes are computed from.
struct Odds {
  max_logit: f32,
  sum: f32,          // of exp((l - max_logit) / T)
  temperature: f32,
}

// Of a class with this logit, which is a number; temperature 0 takes the first of the largest for sure.
fn log_prob_of(logit: f32, odds: Odds) -> u32 {
  if (odds.temperature == 0.0) {
    return 0u;
  }
  // In halves, so that no difference overflows before it is divided.
  let rate = rate_of(odds.temperature, 1.0);
  let half = logit * 0.5 - odds.max_logit * 0.5;
  let log_prob = max(half, -rate.widest) * rate.twice_inverse - log(odds.sum);
  return select(bitcast<u32>(log_prob), NEGATIVE_INFINITY, half < -rate.widest);
}

// Of the class that was drawn, NaN where there is none. A sum of 0 says that it has no probability.
fn drawn_log_prob(found: Scan, temperature: f32) -> u32 {
  if (!is_score(found.key)) {
    return NAN;
  }
  if (found.sum == 0.0) {
    return NEGATIVE_INFINITY;
  }
  return log_prob_of(found.logit, Odds(found.max_logit, found.sum, temperature));
}
