// Writes the index of the drawn class of each draw, int32 or int64, and params.invalid_index where a row has no distribution.
// Variants with the same signature: index_or_status_out.wgsl, no_index_out.wgsl.

import package::shared::params::params;
import package::shared::status::STATUS_OK;

@group(0) @binding(3) var<storage, read_write> indices: array<u32>;

// `at` counts results.
fn write_index(at: u32, class_: u32, status: u32) {
  let ok = status == STATUS_OK;
  let place = params.index_offset + at * params.index_words;
  indices[place] = select(params.invalid_index, class_, ok);
  if (params.index_words == 2u) {
    indices[place + 1u] = select(bitcast<u32>(bitcast<i32>(params.invalid_index) >> 31u), 0u, ok);
  }
}
