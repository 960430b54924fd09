// Gives append.wgsl the tokens that a caller has for each sequence: their number, then those, a row after another. Same signatures as
// tokens_drawn.wgsl.

import package::decoder::drawn::drawn;
import package::shared::float_bits::NAN;
import package::shared::params::params;

fn count_of(row: u32) -> u32 {
  return drawn[row];
}

fn token_of(row: u32, i: u32) -> u32 {
  return drawn[params.rows + row * params.rows_in_stride + i];
}

fn status_of_row(row: u32) -> u32 {
  return 0u;
}

fn log_prob_of(row: u32) -> u32 {
  return NAN;
}
