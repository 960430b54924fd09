// Draws a class of each row among those that may be kept, or that are before one which is not: a workgroup has a part of a row, and leaves
// its best class to test.wgsl. Where few blocks may hold all that is kept, their masses are added up as well.

import package::filter::blocks::blocks_of_row;
import package::filter::end::End;
import package::filter::keys::logit_of_key;
import package::filter::row_end::keep;
import package::nucleus::groups::go_by_tops;
import package::nucleus::masses::{ADDS_MASSES, add_masses, is_drawn, masses_of_lane};
import package::nucleus::parts::{nucleus_parts, span_of};
import package::nucleus::rows::nucleus_rows;
import package::nucleus::turn::stage_after;
import package::shared::best::Best;
import package::shared::lanes::WORKGROUP;
import package::shared::logits::base_of;
import package::shared::math::rate_of;
import package::shared::params::params;
import package::shared::reduce_workgroup::{first_row_sum, row_best, second_row_sum};
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::scan::scan;
import package::shared::score::KEY_LOWEST;

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
  let settings = row_settings_of(params.first_row + row);
  let base = base_of(row);
  let stage = stage_after(row);
  let drawn = is_drawn(stage.state);
  let end = select(0u, min(span.end * 8u, (params.classes + 7u) / 8u), drawn);
  var reach = End(stage.key, stage.column);
  keep(reach);
  if (ADDS_MASSES) {
    reach = End(nucleus_rows[row].sparse_line, 0xffffffffu);
    let largest = logit_of_key(select(KEY_LOWEST, nucleus_rows[row].top, drawn));
    add_masses(base, largest, rate_of(settings.temperature, 1.0));
  }
  go_by_tops(reach, row * blocks_of_row());
  let mine = scan(base, settings, params.first_draw, span.first * 8u, end, lane, 0u);
  let best = row_best(0u, lane, Best(mine.key, mine.remainder, mine.class_));
  if (lane == 0u && drawn) {
    nucleus_parts[task].key = best.key;
    nucleus_parts[task].remainder = best.remainder;
    nucleus_parts[task].class_ = best.class_;
  }
  if (ADDS_MASSES) {
    let mass = first_row_sum(0u, lane, masses_of_lane().x);
    let above = second_row_sum(0u, lane, masses_of_lane().y);
    if (lane == 0u && drawn) {
      nucleus_parts[task].mass = mass;
      nucleus_parts[task].above = above;
    }
  } else if (lane == 0u && task % params.total_parts == 0u) {
    nucleus_rows[row].drawn = stage;
  }
}
