// Reads what a row is penalized with.

import package::adjust::row_penalties::{PENALTY_WORDS, RowPenalties};
import package::shared::params::params;

@group(0) @binding(27) var<storage, read> row_penalties: array<u32>;

fn penalties_of(row: u32) -> RowPenalties {
  let at = params.penalty_offset + row * PENALTY_WORDS;
  return RowPenalties(
    bitcast<f32>(row_penalties[at]),
    bitcast<f32>(row_penalties[at + 1u]),
    bitcast<f32>(row_penalties[at + 2u]),
    bitcast<f32>(row_penalties[at + 3u]),
    row_penalties[at + 4u],
    row_penalties[at + 5u],
  );
}
