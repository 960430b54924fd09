// Adds up exp((l - largest) / T) over parts of rows, for their log-probabilities. LANES lanes have a part; a workgroup has WORKGROUP / LANES
// parts. Twin: src/operations/sample/log_probs.ts.

import package::log_probs::row_sums::{row_sums, sums_at};
import package::log_probs::whole_row::{row_four, take_row};
import package::shared::gather::{gather, nothing_found, with_logits};
import package::shared::lanes::{LANES, WORKGROUP};
import package::shared::logits::{base_of, load_four};
import package::shared::math::rate_of;
import package::shared::params::params;
import package::shared::part::part_of;
import package::shared::row_settings_uniform::row_settings_of;

override RAW: bool = false; // T is 1

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let slot = index / LANES;
  let lane = index % LANES;
  let part = part_of((workgroup.y * workgroups.x + workgroup.x) * (WORKGROUP / LANES) + slot);
  let temperature = select(row_settings_of(params.first_row + part.row).temperature, 1.0, RAW);
  let rate = rate_of(temperature, 1.0);
  let base = base_of(part.row);
  take_row(part.row);
  var mine = nothing_found();
  for (var group = part.first + lane; group < part.end; group += LANES) {
    let a = row_four(load_four(base, group * 8u), group * 2u);
    let b = row_four(load_four(base, group * 8u + 4u), group * 2u + 1u);
    mine = with_logits(mine, a, b, rate);
  }
  let whole = gather(lane, slot, mine, temperature);
  if (part.inside && lane == 0u) {
    row_sums[sums_at(part.task) + part.number] = vec2<f32>(whole.max_logit, whole.sum);
  }
}
