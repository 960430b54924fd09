// Writes the log-probability of each draw, float32, and NaN where a row has no distribution. It goes with LOG_PROBS.
// Variant with the same signature: no_log_prob_out.wgsl.

import package::shared::float_bits::NAN;
import package::shared::gather::Scan;
import package::shared::params::params;
import package::shared::score::is_score;

@group(0) @binding(4) var<storage, read_write> log_probs: array<u32>;

// `at` counts results; `found` is of the whole row, its logit the winner's.
fn write_log_prob(at: u32, found: Scan, temperature: f32) {
  let ok = is_score(found.key);
  var log_prob = 0.0;
  if (ok && temperature != 0.0) {
    log_prob = (found.logit - found.max_logit) / temperature - log(found.sum);
  }
  log_probs[params.log_prob_offset + at] = select(NAN, bitcast<u32>(log_prob), ok);
}
