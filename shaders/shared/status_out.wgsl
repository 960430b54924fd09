// Writes a status of each draw. Variant with the same signature: no_status_out.wgsl.

import package::shared::params::params;

@group(0) @binding(6) var<storage, read_write> statuses: array<u32>;

// `at` counts results.
fn write_status(at: u32, status: u32) {
  statuses[params.status_offset + at] = status;
}
