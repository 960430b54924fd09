// Writes the score of each drawn class, float32, and NaN where a row has no distribution.
// Variant with the same signature: no_score_out.wgsl.

import package::shared::float_bits::NAN;
import package::shared::params::params;
import package::shared::score::{is_score, score_of_key};

@group(0) @binding(5) var<storage, read_write> scores: array<u32>;

// `at` counts results.
fn write_score(at: u32, key: u32) {
  scores[params.score_offset + at] = select(NAN, bitcast<u32>(score_of_key(key)), is_score(key));
}
