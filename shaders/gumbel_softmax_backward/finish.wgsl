// Finishes the gradient of few long rows, after part.wgsl: for each draw of a row, a workgroup brings the draw's parts together and
// adds the draw's gradient of one part of the row. Twin: src/operations/gumbel_softmax_backward/compute.ts.

import package::gumbel_softmax_backward::found::{Found, gather_weighed, moved, nothing_weighed};
import package::gumbel_softmax_backward::gradient::softmax_of;
import package::gumbel_softmax_backward::partials::partials;
import package::gumbel_softmax_backward::result::write_backward;
import package::gumbel_softmax_backward::spread::spread;
import package::shared::lanes::LANES;
import package::shared::logits::base_of;
import package::shared::math::{Rate, rate_of};
import package::shared::params::params;
import package::shared::part::part_of;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::{KEY_NONE, best_of};

// What the parts of a draw found. By all lanes, in uniform control flow.
fn combine_weighed(task: u32, in_base: u32, inside: bool, lane: u32, rate: Rate) -> Found {
  var mine = nothing_weighed();
  let end = select(0u, params.parts, inside);
  for (var number = lane; number < end; number += LANES) {
    let found = partials[task * params.parts + number];
    let before = mine;
    // Parts lie in ascending order of class, so an equal key is a higher class.
    if (found.scan.key > mine.scan.key) {
      mine = found;
    }
    let best = best_of(mine.scan.key);
    let sums = moved(before, best, mine.reference, rate) + moved(found, best, mine.reference, rate);
    mine.scan.relaxed = sums.x;
    mine.weighted = sums.y;
  }
  return gather_weighed(lane, 0u, mine, in_base, rate);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let task = workgroup.y * workgroups.x + workgroup.x; // a part of a row, of all its draws
  let part = part_of(task / params.parts * params.num_samples * params.parts + task % params.parts);
  let settings = row_settings_of(params.first_row + part.row);
  let base = base_of(part.row);
  let out_base = params.rows_out_offset + part.row * params.rows_out_stride;
  let rate = rate_of(settings.temperature, settings.tau);

  var terms = vec2<f32>();
  var key = KEY_NONE;
  for (var draw = 0u; draw < params.num_samples; draw++) {
    let in_base = params.rows_in_offset + (part.row * params.num_samples + draw) * params.rows_in_stride;
    let whole = combine_weighed(part.task + draw, in_base, part.inside, lane, rate);
    let softmax = softmax_of(whole, base, rate);
    let is_first = params.add_rows == 0u && draw == 0u;
    terms += spread(base, in_base, out_base, settings, params.first_draw + draw, part.first, part.end, lane, softmax, is_first);
    key = max(key, whole.scan.key);
  }
  write_backward(task, lane, 0u, part.inside, key, terms, settings);
}
