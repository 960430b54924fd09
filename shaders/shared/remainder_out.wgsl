// Writes what the exact sum of each drawn class has beyond its score, float32, and NaN where a row has no distribution.
// Variant with the same signature: no_remainder_out.wgsl.

import package::shared::float_bits::NAN;
import package::shared::gather::Scan;
import package::shared::params::params;
import package::shared::score::is_score;

@group(0) @binding(19) var<storage, read_write> remainders: array<u32>;

// `at` counts results; `found` is of the whole row.
fn write_remainder(at: u32, found: Scan) {
  remainders[params.remainder_offset + at] = select(NAN, bitcast<u32>(found.remainder), is_score(found.key));
}
