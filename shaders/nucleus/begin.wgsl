// Finds which classes of a row top-p may keep, by the largest logits of its blocks, after filter/tops.wgsl: a workgroup has a row. Rows with
// top-k, or temperature 0, or no distribution are left to filter/choose.wgsl.
//
// Z, the mass of the row, is at least the sum of its blocks' largest. So a logit below which there is less than 0.9 (1 - p) of that, were
// all classes as heavy, is outside: more than p Z is before it. Sums, exp and log are within 1 %, which the line is lowered by.

import package::filter::blocks::blocks_of_row;
import package::filter::keys::{key_of_logit, logit_of_key};
import package::filter::min_p::min_p_key;
import package::filter::tops_out::tops;
import package::nucleus::rows::{BEGUN, LEFT, Row, Stage, nucleus_rows};
import package::shared::best::Best;
import package::shared::float_bits::LOWEST;
import package::shared::lanes::WORKGROUP;
import package::shared::math::{decay, rate_of};
import package::shared::params::params;
import package::shared::reduce_workgroup::{row_best, row_sum};
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::{KEY_LOWEST, is_score};

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = workgroup.y * workgroups.x + workgroup.x;
  if (row >= params.rows) {
    return;
  }
  let settings = row_settings_of(params.first_row + row);
  let blocks = blocks_of_row();
  let first = row * blocks + lane;
  let end = (row + 1u) * blocks;
  var mine = 0u;
  for (var i = first; i < end; i += WORKGROUP) {
    mine = max(mine, tops[i]);
  }
  let top = row_best(0u, lane, Best(mine, 0.0, 0u)).key;
  // Beside LOWEST masked classes would weigh.
  let open = is_score(top) && top != KEY_LOWEST && settings.temperature > 0.0 && settings.top_k == 0u;
  let tested = select(first, end, open && settings.top_p < 1.0);
  let largest = logit_of_key(select(KEY_LOWEST, top, open));
  let rate = rate_of(settings.temperature, 1.0);
  var sum = 0.0;
  for (var i = first; i < tested; i += WORKGROUP) {
    sum += decay(logit_of_key(max(tops[i], KEY_LOWEST)), largest, rate);
  }
  let least = row_sum(0u, 0u, lane, sum);
  let below = 0.01 + log(f32(params.classes) / (max(0.9 * (1.0 - settings.top_p), 0x1p-25) * max(least, 1.0)));
  var line = KEY_LOWEST;
  if (settings.top_p < 1.0) {
    line = key_of_logit(max(largest - settings.temperature * below, LOWEST));
  }
  sum = 0.0;
  for (var i = first; i < tested; i += WORKGROUP) {
    if (tops[i] < line) {
      sum += decay(logit_of_key(max(tops[i], KEY_LOWEST)), largest, rate);
    }
  }
  let skipped = 64.0 * row_sum(1u, 0u, lane, sum);
  if (lane == 0u) {
    var kept = line;
    if (settings.min_p > 0.0) {
      kept = max(line, min_p_key(largest, settings));
    }
    let begun = Stage(select(LEFT, BEGUN, open), kept, 0xffffffffu, skipped);
    nucleus_rows[row] = Row(top, line, begun, begun);
  }
}
