// Writes the log-probability of each draw, float32, and NaN where a row has no distribution. It goes with LOG_PROBS.
// Variants with the same signature: no_log_prob_out.wgsl, log_probs/found_out.wgsl.

import package::shared::gather::Scan;
import package::shared::log_prob::drawn_log_prob;
import package::shared::params::params;

@group(0) @binding(4) var<storage, read_write> log_probs: array<u32>;

// `at` counts results; `found` is of the whole row, its logit the winner's.
fn write_log_prob(at: u32, found: Scan, temperature: f32) {
  log_probs[params.log_prob_offset + at] = drawn_log_prob(found, temperature);
}
