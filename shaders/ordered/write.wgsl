// Gives the classes of each row in their order as its draws, after merge.wgsl. An invocation has a draw. Twin:
// src/operations/sample/ordered.ts.

import package::ordered::odds::with_odds;
import package::ordered::runs::runs_in;
import package::shared::gather::nothing_found;
import package::shared::params::params;
import package::shared::result::write_result;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::{KEY_MISSING, KEY_NONE, is_score};

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let task = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (task >= params.rows * params.num_samples) {
    return;
  }
  let row = task / params.num_samples;
  let draw = task % params.num_samples + params.first_draw;
  let temperature = row_settings_of(params.first_row + row).temperature;
  let first = runs_in[row * params.order_count];
  let mine = runs_in[row * params.order_count + draw];
  var found = nothing_found();
  found.key = select(mine.key, KEY_MISSING, mine.key == KEY_NONE && first.key != KEY_NONE);
  found.class_ = mine.class_;
  if (is_score(found.key)) {
    found = with_odds(found, row, draw, temperature);
  }
  write_result(task, found, temperature);
}
