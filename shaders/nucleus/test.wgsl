// Adds up the masses of the classes before the one that was drawn, and of all where that is not known yet, after draw.wgsl: a workgroup has a
// part of a row. turn.wgsl says how exact they have to be.

import package::filter::blocks::{BLOCK_FOURS, blocks_of_row};
import package::filter::end::{End, are_kept, is_kept};
import package::filter::keys::{key_of_bits, keys_of_bits, logit_of_key};
import package::filter::tops_out::tops;
import package::nucleus::parts::{nucleus_parts, span_of};
import package::nucleus::rows::{DECIDED, FIRST, NEAR, nucleus_rows};
import package::nucleus::turn::end_before;
import package::shared::best::{Best, better_of, no_best};
import package::shared::float_bits::finite4;
import package::shared::lanes::WORKGROUP;
import package::shared::logits::{base_of, load_class, load_four};
import package::shared::math::{decay4, rate_of};
import package::shared::params::params;
import package::shared::reduce_workgroup::{first_row_sum, second_row_sum};
import package::shared::row_settings_uniform::row_settings_of;
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
  let known = nucleus_rows[row];
  var stage = known.drawn;
  let asked = stage.state > DECIDED;
  if (asked && stage.state != NEAR) {
    var best = no_best();
    for (var part = 0u; part < params.total_parts; part++) {
      let found = nucleus_parts[row * params.total_parts + part];
      best = better_of(best, Best(found.key, found.remainder, found.class_));
    }
    stage.column = best.class_ - params.class_offset;
    stage.key = key_of_bits(load_class(base, stage.column));
  }
  let whole = stage.state == FIRST || stage.state == NEAR;
  let until = end_before(stage.key, stage.column);
  var reach = until;
  if (whole) {
    reach = End(select(known.line, KEY_LOWEST, stage.state == NEAR), 0xffffffffu);
  }
  let end = select(0u, span.end, asked && settings.top_p < 1.0);
  let largest = logit_of_key(select(KEY_LOWEST, known.top, asked));
  let rate = rate_of(settings.temperature, 1.0);
  let row_tops = row * blocks_of_row();
  var masses = vec2<f32>(); // of all, and of what is before the class
  for (var block = span.first + lane; block < end; block += WORKGROUP) {
    while (block < end && !is_kept(tops[row_tops + block], block * 64u, reach)) {
      block += WORKGROUP;
    }
    if (block >= end) {
      break;
    }
    var all4 = vec4<f32>();
    var before4 = vec4<f32>();
    for (var i = 0u; i < BLOCK_FOURS; i++) {
      let column = (block * BLOCK_FOURS + i) * 4u;
      let bits = load_four(base, column);
      let mass4 = decay4(finite4(bits), largest, rate);
      all4 += mass4;
      before4 += select(vec4<f32>(), mass4, are_kept(keys_of_bits(bits), column, until));
    }
    masses += vec2<f32>(dot(all4, vec4<f32>(1.0)), dot(before4, vec4<f32>(1.0)));
  }
  let mass = first_row_sum(0u, lane, masses.x);
  let before = second_row_sum(0u, lane, masses.y);
  if (lane == 0u) {
    if (whole) {
      nucleus_parts[task].mass = mass;
    }
    nucleus_parts[task].before = before;
    if (task % params.total_parts == 0u) {
      nucleus_rows[row].tested = stage;
    }
  }
}
