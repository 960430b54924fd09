// Reads the tokens of rows: an invocation has one.

import package::adjust::row_penalties::RowPenalties;
import package::shared::params::params;

@group(0) @binding(26) var<storage, read> tokens: array<u32>;

// A token of a row: the class that it is, counted in the row, or params.classes where it is none.
fn class_at(row: u32, place: u32, penalties: RowPenalties) -> u32 {
  // Also a token below the first class is past the last, as unsigned.
  let c = tokens[params.tokens_offset + row * params.tokens_stride + place] - params.class_offset;
  return select(params.classes, min(c, params.classes), place < penalties.length);
}
