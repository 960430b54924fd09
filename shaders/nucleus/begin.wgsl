// Finds which classes of a row top-p may keep, by the largest logits of its blocks, after filter/tops.wgsl: a workgroup has a row. Rows with
// top-k, or temperature 0, or no distribution are left to filter/choose.wgsl.
//
// Z, the mass of the row, is at least the sum of its blocks' largest. So a logit below which there is less than 0.9 (1 - p) of that, were
// all classes as heavy, is outside: more than p Z is before it. Sums, exp and log are within 1 %, which the line is lowered by. A higher line
// that most blocks are below may do as well, where what they may weigh is as little; the sums of the others will tell.

import package::filter::blocks::blocks_of_row;
import package::filter::keys::{keys_of_bits, logit_of_key};
import package::filter::line::line_key;
import package::filter::tops_out::tops;
import package::nucleus::rows::{BEGUN, LEFT, Row, Stage, nucleus_rows};
import package::shared::best::Best;
import package::shared::float_bits::LOWEST;
import package::shared::lanes::WORKGROUP;
import package::shared::math::{decay, rate_of};
import package::shared::params::params;
import package::shared::reduce_workgroup::{first_row_sum, row_best, second_row_sum};
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::{KEY_LOWEST, is_score};

const HIGHER = vec4<f32>(0.0, 0.8, 1.6, 2.4); // lines above the first, in T

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
  let share = max(1.0 - settings.top_p, 0x1p-24) * max(first_row_sum(0u, lane, sum), 1.0);
  let distance = 0.01 + log(f32(params.classes) / (0.9 * share));
  let logits = max(largest - settings.temperature * (distance - HIGHER), vec4<f32>(LOWEST));
  let lines = select(vec4<u32>(KEY_LOWEST), keys_of_bits(bitcast<vec4<u32>>(logits)), settings.top_p < 1.0);
  // Of blocks whose largest are below each line: the most mass, in units of the largest logit's, and their number.
  var below_mass = vec4<f32>();
  var below_blocks = vec4<f32>();
  for (var i = first; i < tested; i += WORKGROUP) {
    let mass = 64.0 * decay(logit_of_key(max(tops[i], KEY_LOWEST)), largest, rate);
    let is_below = vec4<u32>(tops[i]) < lines;
    below_mass += select(vec4<f32>(), vec4<f32>(mass), is_below);
    below_blocks += select(vec4<f32>(), vec4<f32>(1.0), is_below);
  }
  // The sum before was the first; between two sums of masses lies one of blocks.
  for (var i = 0u; i < 4u; i++) {
    below_blocks[i] = second_row_sum(0u, lane, below_blocks[i]);
    below_mass[i] = first_row_sum(0u, lane, below_mass[i]);
  }
  if (lane == 0u) {
    var line = 0u;
    var skipped = 0.0;
    for (var i = 0u; i < 4u; i++) {
      if (below_mass[i] < 0.8 * share && below_blocks[i] > 0.3 * f32(blocks)) {
        line = lines[i];
        skipped = below_mass[i];
      }
    }
    let dropped = line_key(largest, settings);
    let wide = Stage(select(LEFT, BEGUN, open), max(lines.x, dropped), 0xffffffffu, below_mass.x);
    var begun = wide;
    if (line > 0u) {
      begun.key = max(line, dropped);
      begun.skipped = skipped;
    }
    nucleus_rows[row] = Row(top, lines.x, line, wide, begun, begun);
  }
}
