// The gradient of one draw of a row that its lanes hold whole, with the noise made again.
//
// Each step over the groups that a lane holds is a function called by number, as in gumbel_softmax/held.wgsl.

import package::gumbel_softmax_backward::flaws::grad_samples_key;
import package::gumbel_softmax_backward::found::{Found, weighted4, weights4};
import package::gumbel_softmax_backward::gradient::{Softmax, add_gradient4, softmax_of};
import package::gumbel_softmax_backward::tasks::{Draw, Gradient, Task};
import package::shared::float_bits::{NEGATIVE_INFINITY, masked4};
import package::shared::gather::{Scan, gather, nothing_found};
import package::shared::held::{FOURS, is_whole};
import package::shared::keys::{Keys, better, scored_of};
import package::shared::lanes::LANES;
import package::shared::logits::load_four;
import package::shared::math::{Rate, rate_of, sum8};
import package::shared::params::params;
import package::shared::reduce_workgroup::{first_row_sum, forget_best, second_row_sum};
import package::shared::row_settings::RowSettings;
import package::shared::rows_in_f32::{load_row_in, load_rows_in};
import package::shared::score::{best_of, is_score};
import package::shared::validity::{Validity, checked_key, nothing_seen, seen};

// What a lane holds of a group of eight classes: G, the keys of scores, and their weights once the best score is known.
struct Group {
  keys: Keys,
  values_a: vec4<f32>,
  values_b: vec4<f32>,
  weights_a: vec4<f32>,
  weights_b: vec4<f32>,
}

// A lane's part of a row, and what it knows of it.
struct Held {
  groups: array<Group, 4>,
  scan: Scan,
  validity: Validity,
}

fn hold(held: ptr<function, Held>, i: u32, at: Draw, lane: u32, row: RowSettings) {
  let group = lane + i * LANES;
  let c = group * 8u;
  (*held).groups[i] = Group();
  if (c < at.classes) {
    let a = load_four(at.base, c);
    var b = vec4<u32>(NEGATIVE_INFINITY);
    (*held).groups[i].values_a = load_rows_in(at.in_base, c);
    var flaw = grad_samples_key((*held).groups[i].values_a, masked4(a));
    if (is_whole(i)) {
      b = load_four(at.base, c + 4u);
      (*held).groups[i].values_b = load_rows_in(at.in_base, c + 4u);
      flaw = max(flaw, grad_samples_key((*held).groups[i].values_b, masked4(b)));
    }
    let scored = scored_of(a, b, is_whole(i), group, row, at.number);
    (*held).groups[i].keys = scored.keys;
    (*held).validity = seen((*held).validity, a, b);
    (*held).scan = better((*held).scan, scored, params.class_offset + c);
    // No score is larger: what follows is not used.
    (*held).scan.key = max((*held).scan.key, flaw);
  }
}

// The sums of the weights of a group, and of `weighted4`.
fn weigh(held: ptr<function, Held>, i: u32, best: f32, reference: f32, rate: Rate) -> vec2<f32> {
  let group = (*held).groups[i];
  let w_a = weights4(group.keys.a, best, rate);
  let weighted_a = weighted4(group.keys.a, w_a, group.values_a, reference);
  var w_b = vec4<f32>();
  var weighted_b = vec4<f32>();
  if (is_whole(i)) {
    w_b = weights4(group.keys.b, best, rate);
    weighted_b = weighted4(group.keys.b, w_b, group.values_b, reference);
  }
  (*held).groups[i].weights_a = w_a;
  (*held).groups[i].weights_b = w_b;
  return vec2<f32>(sum8(w_a, w_b), sum8(weighted_a, weighted_b));
}

fn add(held: ptr<function, Held>, i: u32, at: Draw, lane: u32, softmax: Softmax) -> vec2<f32> {
  let c = (lane + i * LANES) * 8u;
  var terms = vec2<f32>();
  if (c < at.classes) {
    let group = (*held).groups[i];
    terms = add_gradient4(at.base, at.out_base, c, group.keys.a, group.weights_a, group.values_a, softmax, at.is_first);
    if (is_whole(i)) {
      terms += add_gradient4(at.base, at.out_base, c + 4u, group.keys.b, group.weights_b, group.values_b, softmax, at.is_first);
    }
  }
  return terms;
}

// Adds the gradient of one draw to what lies at its place, or writes it if it is the task's first. Uniform control flow only.
fn add_draw(at: Draw, task: Task, row: RowSettings) -> Gradient {
  let lane = task.lane;
  let slot = task.slot;
  var held = Held(array<Group, 4>(), nothing_found(), nothing_seen());
  hold(&held, 0u, at, lane, row);
  if (FOURS > 2u) { hold(&held, 1u, at, lane, row); }
  if (FOURS > 4u) { hold(&held, 2u, at, lane, row); }
  if (FOURS > 6u) { hold(&held, 3u, at, lane, row); }

  var mine = held.scan;
  mine.key = checked_key(mine.key, held.validity, row.temperature);
  var whole = gather(lane, slot, mine, 1.0);
  let best = best_of(whole.key);
  let reference = load_row_in(at.in_base, select(0u, whole.class_ - params.class_offset, is_score(whole.key)));
  let rate = rate_of(row.temperature, row.tau);
  var sums = weigh(&held, 0u, best, reference, rate);
  if (FOURS > 2u) { sums += weigh(&held, 1u, best, reference, rate); }
  if (FOURS > 4u) { sums += weigh(&held, 2u, best, reference, rate); }
  if (FOURS > 6u) { sums += weigh(&held, 3u, best, reference, rate); }
  whole.relaxed = first_row_sum(slot, lane, sums.x);
  forget_best();
  let softmax = softmax_of(Found(whole, reference, second_row_sum(slot, lane, sums.y)), at.base, rate);

  var terms = add(&held, 0u, at, lane, softmax);
  if (FOURS > 2u) { terms += add(&held, 1u, at, lane, softmax); }
  if (FOURS > 4u) { terms += add(&held, 2u, at, lane, softmax); }
  if (FOURS > 6u) { terms += add(&held, 3u, at, lane, softmax); }
  return Gradient(whole.key, terms);
}
