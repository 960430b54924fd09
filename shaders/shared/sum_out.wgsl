// Writes the sum of exp((logit - largest) / T) of each draw's row, float32: 0 where all are masked, NaN where a logit is NaN or
// +Infinity. It goes with LOG_PROBS. Variant with the same signature: no_sum_out.wgsl.

import package::shared::float_bits::NAN;
import package::shared::gather::Scan;
import package::shared::params::params;
import package::shared::score::{KEY_NONE, is_score};

@group(0) @binding(21) var<storage, read_write> log_sums: array<u32>;

// `at` counts results; `found` is of the whole row.
fn write_sum(at: u32, found: Scan) {
  let none = select(NAN, 0u, found.key == KEY_NONE);
  log_sums[params.sum_offset + at] = select(none, bitcast<u32>(found.sum), is_score(found.key));
}
