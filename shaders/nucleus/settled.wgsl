// Settles the rows whose draws are known without all that they keep: their one class is listed. Same signature as filter/none_settled.wgsl.

import package::filter::blocks::MOST_LISTED;
import package::filter::cutoffs::{Cutoff, cutoffs};
import package::filter::listed::listed;
import package::nucleus::rows::{DECIDED, nucleus_rows};
import package::nucleus::turn::stage_after;

var<workgroup> sh_settled: u32;

// By all lanes of a workgroup, in uniform control flow.
fn is_settled(row: u32, lane: u32) -> bool {
  if (lane == 0u) {
    let stage = stage_after(row);
    if (stage.state == DECIDED) {
      cutoffs[row] = Cutoff(stage.key, stage.column, 1u, nucleus_rows[row].top);
      listed[row * MOST_LISTED] = stage.column;
      sh_settled = 1u;
    }
  }
  return workgroupUniformLoad(&sh_settled) == 1u;
}
