// Draws soft samples of rows that their lanes hold whole: logits are read once, samples written once. LANES lanes make one draw; a
// workgroup makes WORKGROUP / LANES. Twin: src/operations/gumbel_softmax/compute.ts.
//
// Each step over the groups that a lane holds is a function, called for each group by its number. In a loop, software adapters would
// keep the array of groups in memory, and take half as long again.

import package::gumbel_softmax::samples_out::{Finish, finish_of, kept4, store_kept};
import package::shared::float_bits::NEGATIVE_INFINITY;
import package::shared::gather::{Scan, gather, nothing_found, with_logits};
import package::shared::held::{FOURS, is_whole};
import package::shared::keys::{Keys, better, relaxed4, scored_of};
import package::shared::lanes::{LANES, WORKGROUP};
import package::shared::log_probs::LOG_PROBS;
import package::shared::logits::{Base, base_of, load_class, load_four};
import package::shared::math::{Rate, rate_of, sum8};
import package::shared::params::params;
import package::shared::reduce_workgroup::first_row_sum;
import package::shared::result::write_result;
import package::shared::row_settings::RowSettings;
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::score::{best_of, is_score};
import package::shared::validity::{Validity, checked_key, nothing_seen, seen};

// A lane's part of a row, and what it knows of it.
struct Held {
  groups: array<Keys, 4>,
  scan: Scan,
  validity: Validity,
}

fn hold(held: ptr<function, Held>, i: u32, lane: u32, end: u32, base: Base, row: RowSettings, draw: u32) {
  let group = lane + i * LANES;
  (*held).groups[i] = Keys();
  if (group < end) {
    let a = load_four(base, group * 8u);
    var b = vec4<u32>(NEGATIVE_INFINITY);
    if (is_whole(i)) {
      b = load_four(base, group * 8u + 4u);
    }
    let scored = scored_of(a, b, is_whole(i), group, row, draw);
    (*held).groups[i] = scored.keys;
    (*held).validity = seen((*held).validity, a, b);
    (*held).scan = better((*held).scan, scored, params.class_offset + group * 8u);
    if (LOG_PROBS) {
      (*held).scan = with_logits((*held).scan, a, b, rate_of(row.temperature, 1.0));
    }
  }
}

// Turns the keys of a group into what is kept of them, and gives the sum of their relaxed values.
fn relax(held: ptr<function, Held>, i: u32, best: f32, rate: Rate) -> f32 {
  let keys = (*held).groups[i];
  let a = relaxed4(keys.a, best, rate);
  var b = vec4<f32>();
  if (is_whole(i)) {
    b = relaxed4(keys.b, best, rate);
  }
  (*held).groups[i] = Keys(kept4(keys.a, a), kept4(keys.b, b));
  return sum8(a, b);
}

fn store(held: ptr<function, Held>, i: u32, lane: u32, end: u32, finish: Finish) {
  let group = lane + i * LANES;
  if (group < end) {
    let c = group * 8u;
    store_kept((*held).groups[i].a, c, finish);
    if (is_whole(i)) {
      store_kept((*held).groups[i].b, c + 4u, finish);
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let slot = index / LANES;
  let lane = index % LANES;
  let task = (workgroup.y * workgroups.x + workgroup.x) * (WORKGROUP / LANES) + slot;
  let inside = task < params.rows * params.num_samples;
  let row = task / params.num_samples;
  let draw = task % params.num_samples + params.first_draw;
  let settings = row_settings_of(params.first_row + select(0u, row, inside));
  let end = select(0u, (params.classes + 7u) / 8u, inside);
  let base = base_of(row);

  var held = Held(array<Keys, 4>(), nothing_found(), nothing_seen());
  hold(&held, 0u, lane, end, base, settings, draw);
  if (FOURS > 2u) { hold(&held, 1u, lane, end, base, settings, draw); }
  if (FOURS > 4u) { hold(&held, 2u, lane, end, base, settings, draw); }
  if (FOURS > 6u) { hold(&held, 3u, lane, end, base, settings, draw); }

  var mine = held.scan;
  mine.key = checked_key(mine.key, held.validity, settings.temperature);
  var whole = gather(lane, slot, mine, settings.temperature);
  let best = best_of(whole.key);
  let rate = rate_of(settings.temperature, settings.tau);
  var sum = relax(&held, 0u, best, rate);
  if (FOURS > 2u) { sum += relax(&held, 1u, best, rate); }
  if (FOURS > 4u) { sum += relax(&held, 2u, best, rate); }
  if (FOURS > 6u) { sum += relax(&held, 3u, best, rate); }
  whole.relaxed = first_row_sum(slot, lane, sum);

  let finish = finish_of(params.rows_out_offset + task * params.rows_out_stride, whole, settings);
  store(&held, 0u, lane, end, finish);
  if (FOURS > 2u) { store(&held, 1u, lane, end, finish); }
  if (FOURS > 4u) { store(&held, 2u, lane, end, finish); }
  if (FOURS > 6u) { store(&held, 3u, lane, end, finish); }

  if (inside && lane == 0u) {
    if (LOG_PROBS && is_score(whole.key)) {
      whole.logit = bitcast<f32>(load_class(base, whole.class_ - params.class_offset));
    }
    write_result(task, whole, settings.temperature);
  }
}
