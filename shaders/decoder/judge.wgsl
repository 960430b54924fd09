// Looks whether every sequence that goes on has a token, before append.wgsl: statuses of finished ones become 0. One workgroup has all rows.

import package::decoder::config::config;
import package::decoder::drawn::{FLAW, STATUSES, drawn};
import package::decoder::finished::{GOES_ON, finished};
import package::shared::params::params;

var<workgroup> sh_flaw: atomic<u32>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
  for (var row = lane; row < params.rows; row += 64u) {
    let at = STATUSES * config.section + row;
    let status = select(0u, drawn[at], finished[row] == GOES_ON);
    drawn[at] = status;
    atomicMax(&sh_flaw, status);
  }
  workgroupBarrier();
  if (lane == 0u) {
    drawn[FLAW * config.section] = atomicLoad(&sh_flaw);
  }
}
