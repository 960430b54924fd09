// The gradient of one draw of a row that its lanes hold whole, with the noise made again.
//
// Each step over the groups that a lane holds is a function called by number, as in gumbel_softmax/held.wgsl.

import package::gumbel_softmax_backward::found::{Found, gather_weighed, nothing_weighed, weighed};
import package::gumbel_softmax_backward::gradient::{Softmax, add_gradient, softmax_of};
import package::gumbel_softmax_backward::tasks::{Draw, Gradient, Task};
import package::shared::keys::{Keys, scored_of};
import package::shared::lanes::LANES;
import package::shared::logits_f32::load_four;
import package::shared::math::{Rate, rate_of};
import package::shared::params::params;
import package::shared::row_settings::RowSettings;
import package::shared::rows_in_f32::load_rows_in;
import package::shared::validity::{Validity, checked_key, nothing_seen, seen};

override FOURS: u32 = 8u;   // vectors of four classes that a lane holds, to 8; odd only where LANES is 1

// A lane's part of a row, and what it knows of it.
struct Held {
  groups: array<Keys, 4>,
  found: Found,
  validity: Validity,
}

fn hold(held: ptr<function, Held>, i: u32, at: Draw, lane: u32, row: RowSettings, rate: Rate) {
  let group = lane + i * LANES;
  let c = group * 8u;
  (*held).groups[i] = Keys();
  if (c < at.classes) {
    let a = load_four(at.base, c);
    let b = load_four(at.base, c + 4u);
    let scored = scored_of(a, b, i * 2u + 1u < FOURS, group, row, at.number);
    let g_a = load_rows_in(at.in_base, c);
    let g_b = load_rows_in(at.in_base, c + 4u);
    (*held).groups[i] = scored.keys;
    (*held).validity = seen((*held).validity, a, b);
    (*held).found = weighed((*held).found, scored, g_a, g_b, params.class_offset + c, rate);
  }
}

fn add(held: ptr<function, Held>, i: u32, at: Draw, lane: u32, softmax: Softmax) -> vec2<f32> {
  let c = (lane + i * LANES) * 8u;
  if (c < at.classes) {
    return add_gradient(at.base, at.in_base, at.out_base, c, (*held).groups[i], softmax, at.is_first);
  }
  return vec2<f32>();
}

// Adds the gradient of one draw to what lies at its place, or writes it if it is the task's first. Uniform control flow only.
fn add_draw(at: Draw, task: Task, row: RowSettings) -> Gradient {
  let lane = task.lane;
  let slot = task.slot;
  let rate = rate_of(row.temperature, row.tau);
  var held = Held(array<Keys, 4>(), nothing_weighed(), nothing_seen());
  hold(&held, 0u, at, lane, row, rate);
  if (FOURS > 2u) { hold(&held, 1u, at, lane, row, rate); }
  if (FOURS > 4u) { hold(&held, 2u, at, lane, row, rate); }
  if (FOURS > 6u) { hold(&held, 3u, at, lane, row, rate); }

  var mine = held.found;
  mine.scan.key = checked_key(mine.scan.key, held.validity, row.temperature);
  let whole = gather_weighed(lane, slot, mine, at.in_base, rate);
  let softmax = softmax_of(whole, at.base, rate);
  var terms = add(&held, 0u, at, lane, softmax);
  if (FOURS > 2u) { terms += add(&held, 1u, at, lane, softmax); }
  if (FOURS > 4u) { terms += add(&held, 2u, at, lane, softmax); }
  if (FOURS > 6u) { terms += add(&held, 3u, at, lane, softmax); }
  return Gradient(whole.scan.key, terms);
}
