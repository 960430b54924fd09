// Gives what the log-probability of a class that is drawn without replacement needs. Variant with the same signature: no_odds.wgsl.

import package::log_probs::row_sums::sums_of_row;
import package::shared::gather::Scan;
import package::shared::logits::{base_of, load_class};
import package::shared::math::rate_of;
import package::shared::params::params;

fn with_odds(found: Scan, row: u32, draw: u32, temperature: f32) -> Scan {
  var whole = found;
  let sums = sums_of_row(row, rate_of(temperature, 1.0));
  whole.logit = bitcast<f32>(load_class(base_of(row), found.class_ - params.class_offset));
  whole.max_logit = sums.x;
  // Temperature 0 gives the first class all the probability there is.
  whole.sum = select(sums.y, 0.0, temperature == 0.0 && draw > 0u);
  return whole;
}
