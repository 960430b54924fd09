// Draws a class of each row among those that may be kept, or that are before one which is not: a workgroup has a part of a row, and leaves
// its best class to test.wgsl.

import package::filter::blocks::blocks_of_row;
import package::filter::end::End;
import package::filter::row_end::keep;
import package::nucleus::groups::go_by_tops;
import package::nucleus::parts::{nucleus_parts, span_of};
import package::nucleus::rows::{DRAWN, FIRST, nucleus_rows};
import package::nucleus::turn::stage_after;
import package::shared::best::Best;
import package::shared::lanes::WORKGROUP;
import package::shared::params::params;
import package::shared::reduce_workgroup::row_best;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::scan::scan;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let task = workgroup.y * workgroups.x + workgroup.x;
  let row = task / params.total_parts;
  if (row >= params.rows) {
    return;
  }
  let span = span_of(task % params.total_parts);
  let stage = stage_after(row);
  let drawn = stage.state == FIRST || stage.state == DRAWN;
  let end = select(0u, min(span.end * 8u, (params.classes + 7u) / 8u), drawn);
  keep(End(stage.key, stage.column));
  go_by_tops(row * blocks_of_row());
  let base = params.logits_offset + row * params.logits_stride;
  let mine = scan(base, row_settings_of(params.first_row + row), params.first_draw, span.first * 8u, end, lane, 0u);
  let best = row_best(0u, lane, Best(mine.key, mine.remainder, mine.class_));
  if (lane == 0u) {
    if (drawn) {
      nucleus_parts[task].key = best.key;
      nucleus_parts[task].remainder = best.remainder;
      nucleus_parts[task].class_ = best.class_;
    }
    if (task % params.total_parts == 0u) {
      nucleus_rows[row].drawn = stage;
    }
  }
}
