// Says how many of a row's classes may be listed: those that filters keep. Same signature as count_any.wgsl.

import package::shared::params::params;

@group(0) @binding(83) var<storage, read_write> kept_counts: array<u32>;

fn count_of_row(row: u32) -> u32 {
  return kept_counts[params.rows_in_offset + row];
}
