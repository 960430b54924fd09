// Writes the largest logit of each draw's row, float32: -Infinity where all are masked, NaN where one is NaN or +Infinity. It goes with
// LOG_PROBS. Variant with the same signature: no_maximum_out.wgsl.

import package::shared::float_bits::{NAN, NEGATIVE_INFINITY};
import package::shared::gather::Scan;
import package::shared::params::params;
import package::shared::score::{KEY_NONE, is_score};

@group(0) @binding(20) var<storage, read_write> maxima: array<u32>;

// `at` counts results; `found` is of the whole row.
fn write_maximum(at: u32, found: Scan) {
  let none = select(NAN, NEGATIVE_INFINITY, found.key == KEY_NONE);
  maxima[params.maximum_offset + at] = select(none, bitcast<u32>(found.max_logit), is_score(found.key));
}
