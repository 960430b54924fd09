// The gradient of one draw from the soft samples y that the caller still has: no noise, and two reads of the row. A variant of draw_held.wgsl.
//
// As in gradient.wgsl, G, log y and l count from those of the largest y, which changes nothing but rounding.

import package::gumbel_softmax_backward::add_rows::add_four;
import package::gumbel_softmax_backward::flaws::{grad_samples_key, samples_key, sound_samples};
import package::gumbel_softmax_backward::scales::SCALES;
import package::gumbel_softmax_backward::tasks::{Draw, Gradient, Task};
import package::shared::best::Best;
import package::shared::float_bits::{finite, finite4, masked4};
import package::shared::lanes::LANES;
import package::shared::logits_f32::{load_class, load_four};
import package::shared::math::{Rate, first4, max4, quotients4, rate_of};
import package::shared::reduce_workgroup::{first_row_sum, forget_best, row_best, second_row_sum};
import package::shared::row_settings::RowSettings;
import package::shared::rows_in_f32::{load_row_in, load_rows_in};
import package::shared::score::{KEY_NONE, KEY_SAMPLES_OUTSIDE, is_score, key_of_score, score_of_key};
import package::shared::soft_samples_f32::load_soft;
import package::shared::validity::{checked_key, nothing_seen, seen};

const KEY_ZERO = 0x80000000u; // of y = 0

// What a lane knows of one draw.
struct Found {
  largest: f32,     // of its y
  class_: u32,      // of that, in the row
  reference: f32,   // G there
  sum: f32,         // of y
  weighted: f32,    // of y (G - reference)
}

// The sum of y (G - reference) beside another reference.
fn moved(found: Found, reference: f32) -> f32 {
  return found.weighted + found.sum * (found.reference - reference);
}

// y times a difference of G: 0 where y is, whatever G.
fn times(y: vec4<f32>, differences: vec4<f32>) -> vec4<f32> {
  return select(y * differences, vec4<f32>(), y == vec4<f32>());
}

// What is known with four more classes.
fn weighed(before: Found, y: vec4<f32>, values: vec4<f32>, c: u32) -> Found {
  var after = before;
  let largest = max4(y);
  if (largest > before.largest) {
    let i = min(first4(y == vec4<f32>(largest)), 3u);
    after.largest = largest;
    after.class_ = c + i;
    after.reference = values[i];
    after.weighted = moved(before, after.reference);
  }
  after.weighted += dot(times(y, values - after.reference), vec4<f32>(1.0));
  after.sum += dot(y, vec4<f32>(1.0));
  return after;
}

// log(y / best), for y in (0, best]. log() may be off by 2^-21 near 1, and the quotient by an ulp, which is all that there is of it
// where y are nearly equal. There it is the series of 2 atanh(z), z = (y - best) / (y + best), with a difference that is
// exact: its first term left out is 2 z^9 / 9, below 2e-8 of the whole for |z| < 0.14. Beyond, |log| > 0.28.
fn log_ratio(y: vec4<f32>, best: f32) -> vec4<f32> {
  let z = (y - best) / (y + best);
  let square = z * z;
  let near = z * (2.0 + square * (0.66666667 + square * (0.4 + square * 0.28571429)));
  return select(log(y / best), near, z > vec4<f32>(-0.14));
}

// sum(d log(y / best)) and sum(d (l - logit)) / (T tau) over four classes, where y is not 0.
fn scale_terms(y: vec4<f32>, d: vec4<f32>, logits: vec4<u32>, best: f32, logit: f32, rate: Rate) -> vec2<f32> {
  let none = y == vec4<f32>();
  let u = log_ratio(select(y, vec4<f32>(best), none), best);
  // Where a difference is so large that it is bounded, d is 0, if the samples are those of the logits.
  let l = select(quotients4(finite4(logits), logit, rate), vec4<f32>(), none);
  return vec2<f32>(dot(d, u), dot(d, l));
}

// Adds the gradient of one draw to what lies at its place, or writes it if it is the task's first. Uniform control flow only.
fn add_draw(at: Draw, task: Task, row: RowSettings) -> Gradient {
  let lane = task.lane;
  let slot = task.slot;
  let rate = rate_of(row.temperature, row.tau);
  var mine = Found(0.0, 0u, 0.0, 0.0, 0.0);
  var validity = nothing_seen();
  var key = KEY_NONE; // KEY_ZERO once a class is not masked
  for (var c = 4u * lane; c < at.classes; c += 4u * LANES) {
    let logits = load_four(at.base, c);
    validity = seen(validity, logits, logits);
    let masked = masked4(logits);
    let y = load_soft(at.soft_base, c);
    let values = load_rows_in(at.in_base, c);
    let flaw = max(samples_key(y, masked), grad_samples_key(values, masked));
    key = max(key, max(flaw, select(KEY_ZERO, KEY_NONE, all(masked))));
    mine = weighed(mine, sound_samples(y), values, c);
  }
  key = max(key, select(KEY_NONE, key_of_score(mine.largest), mine.largest > 0.0));
  var best = row_best(slot, lane, Best(checked_key(key, validity, row.temperature), 0.0, mine.class_));
  // Of all classes that are not masked y is 0.
  best.key = select(best.key, KEY_SAMPLES_OUTSIDE, best.key == KEY_ZERO);
  let ok = is_score(best.key);
  let best_class = select(0u, best.class_, ok);
  let reference = load_row_in(at.in_base, best_class);
  let weighted = first_row_sum(slot, lane, moved(mine, reference));
  forget_best();
  let sum = second_row_sum(slot, lane, mine.sum);
  // Less what rounding took from a sum of 1.
  let mean = weighted / select(1.0, sum, ok);
  let largest = select(1.0, score_of_key(best.key), ok);
  let logit = finite(load_class(at.base, best_class));

  var terms = vec2<f32>();
  for (var c = 4u * lane; c < at.classes; c += 4u * LANES) {
    // A row without a distribution has gradients of 0.
    let y = select(vec4<f32>(), sound_samples(load_soft(at.soft_base, c)), ok);
    let d = times(y, load_rows_in(at.in_base, c) - reference - mean);
    add_four(at.out_base, c, d * (rate.twice_inverse * 0.5), at.is_first);
    if (SCALES) {
      terms += scale_terms(y, d, load_four(at.base, c), largest, logit, rate);
    }
  }
  return Gradient(best.key, terms);
}
