// Holds what is found of each draw, for kernels that give log-probabilities after it. The host counts the bytes:
// src/operations/sample/plan_log_probs.ts.

import package::shared::params::params;

const NO_CLASS = 0xffffffffu;

struct Found {
  class_: u32,     // NO_CLASS where there is none
  log_prob: u32,   // bits, where LOG_PROBS, as the next two
  max_logit: f32,  // of the row
  sum: f32,        // of exp((l - max_logit) / T)
}

@group(0) @binding(80) var<storage, read_write> found_draws: array<Found>;

// The place of a draw of this dispatch.
fn found_at(draw: u32) -> u32 {
  return params.found_offset / 4u + draw;
}
