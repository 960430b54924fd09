// Writes a status for each task, the largest of its draws'. Variant with the same signature: no_row_status_out.wgsl.

import package::shared::params::params;

@group(0) @binding(6) var<storage, read_write> statuses: array<u32>;

// A dispatch of later draws keeps what those before it gave where that is larger.
fn write_row_status(task: u32, status: u32) {
  let at = params.status_offset + task;
  if (params.add_scales == 0u) {
    statuses[at] = status;
  } else {
    statuses[at] = max(statuses[at], status);
  }
}
