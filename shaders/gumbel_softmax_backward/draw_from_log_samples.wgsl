// The gradient of one draw from the log-samples x = log y that the caller still has, of which G is the gradient: no noise, and two reads of
// the row. A variant of draw_held.wgsl.
//
// d = G - y sum(G). x and l count from those of the largest y, which changes nothing but rounding.

import package::gumbel_softmax_backward::add_rows::add_four;
import package::gumbel_softmax_backward::flaws::{grad_samples_key, log_samples_key};
import package::gumbel_softmax_backward::scales::SCALES;
import package::gumbel_softmax_backward::tasks::{Draw, Gradient, Task};
import package::shared::best::Best;
import package::shared::float_bits::{finite, finite4, masked4};
import package::shared::lanes::LANES;
import package::shared::log_samples::sound_log_samples;
import package::shared::logits::{load_class, load_four};
import package::shared::math::{first4, max4, quotients4, rate_of};
import package::shared::reduce_workgroup::{first_row_sum, forget_best, row_best, second_row_sum};
import package::shared::row_settings::RowSettings;
import package::shared::rows_in_f32::load_rows_in;
import package::shared::score::{KEY_NONE, KEY_SAMPLES_OUTSIDE, is_score, key_of_score, score_of_key};
import package::shared::soft_samples_f32::load_soft;
import package::shared::validity::{checked_key, nothing_seen, seen};

// What a lane knows of one draw, from classes that are not masked.
struct Found {
  largest: f32,   // of its x
  class_: u32,    // of that, in the row
  sum: f32,       // of y
  total: f32,     // of G
}

// Below any x, and of no y.
const NO_LOG = -0x1.fffffep+127;
// The largest x of a draw is at least this; in step with the twin.
const LEAST_LARGEST = -87.0;

// What is known with four more classes.
fn weighed(before: Found, x: vec4<f32>, values: vec4<f32>, masked: vec4<bool>, c: u32) -> Found {
  let largest = max4(select(x, vec4<f32>(NO_LOG), masked));
  var after = before;
  if (largest > before.largest) {
    after.largest = largest;
    after.class_ = c + min(first4((x == vec4<f32>(largest)) & !masked), 3u);
  }
  after.sum += dot(select(exp(x), vec4<f32>(), masked), vec4<f32>(1.0));
  after.total += dot(select(values, vec4<f32>(), masked), vec4<f32>(1.0));
  return after;
}

// Adds the gradient of one draw to what lies at its place, or writes it if it is the task's first. Uniform control flow only.
fn add_draw(at: Draw, task: Task, row: RowSettings) -> Gradient {
  let lane = task.lane;
  let slot = task.slot;
  let rate = rate_of(row.temperature, row.tau);
  var mine = Found(NO_LOG, 0u, 0.0, 0.0);
  var validity = nothing_seen();
  var key = KEY_NONE; // that of the lowest x once a class is not masked
  for (var c = 4u * lane; c < at.classes; c += 4u * LANES) {
    let logits = load_four(at.base, c);
    validity = seen(validity, logits, logits);
    let masked = masked4(logits);
    let x = load_soft(at.soft_base, c);
    let values = load_rows_in(at.in_base, c);
    let flaw = max(log_samples_key(x, masked, c), grad_samples_key(values, masked));
    key = max(key, max(flaw, select(key_of_score(NO_LOG), KEY_NONE, all(masked))));
    mine = weighed(mine, sound_log_samples(x), values, masked, c);
  }
  key = max(key, select(KEY_NONE, key_of_score(mine.largest), mine.largest > NO_LOG));
  var best = row_best(slot, lane, Best(checked_key(key, validity, row.temperature), 0.0, mine.class_));
  if (is_score(best.key) && score_of_key(best.key) < LEAST_LARGEST) {
    best.key = KEY_SAMPLES_OUTSIDE;
  }
  let ok = is_score(best.key);
  let sum = first_row_sum(slot, lane, mine.sum);
  forget_best();
  let total = second_row_sum(slot, lane, mine.total);
  let scale = total / select(1.0, sum, ok);
  let largest = select(0.0, score_of_key(best.key), ok);
  let logit = finite(load_class(at.base, select(0u, best.class_, ok)));

  var terms = vec2<f32>();
  for (var c = 4u * lane; c < at.classes; c += 4u * LANES) {
    let logits = load_four(at.base, c);
    // A row without a distribution has gradients of 0.
    let none = masked4(logits) | vec4<bool>(!ok);
    let x = sound_log_samples(load_soft(at.soft_base, c));
    let d = select(load_rows_in(at.in_base, c) - exp(x) * scale, vec4<f32>(), none);
    add_four(at.out_base, c, d * (rate.twice_inverse * 0.5), at.is_first);
    if (SCALES) {
      let u = select(x - largest, vec4<f32>(), none);
      let l = select(quotients4(finite4(logits), logit, rate), vec4<f32>(), none);
      terms += vec2<f32>(dot(d, u), dot(d, l));
    }
  }
  return Gradient(best.key, terms);
}
