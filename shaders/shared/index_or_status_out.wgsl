// Writes the index of the drawn class of each draw, int32, and minus the status where a row has no distribution.
// Same signature as index_out.wgsl.

import package::shared::params::params;
import package::shared::status::STATUS_OK;

@group(0) @binding(3) var<storage, read_write> indices: array<u32>;

// `at` counts results.
fn write_index(at: u32, class_: u32, status: u32) {
  indices[params.index_offset + at] = select(0u - status, class_, status == STATUS_OK);
}
