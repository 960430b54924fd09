// Computes the gradient from the log-samples x = log y that the caller still has, of which G is the gradient: no noise, and two reads of a
// row for each draw. LANES lanes do a task; a workgroup does WORKGROUP / LANES. Twin: src/operations/gumbel_softmax_backward/compute.ts.
//
// d = G - y sum(G). x and l count from those of the largest y, which changes nothing but rounding.

import package::gumbel_softmax_backward::add_rows::add_four;
import package::gumbel_softmax_backward::flaws::{grad_samples_key, log_samples_key};
import package::gumbel_softmax_backward::result::write_backward;
import package::gumbel_softmax_backward::scales::SCALES;
import package::gumbel_softmax_backward::tasks::{Draw, Gradient, Task, draw_of, draws_a_task, task_of, with_draw};
import package::shared::best::Best;
import package::shared::float_bits::{finite, finite4, masked4};
import package::shared::lanes::{LANES, WORKGROUP};
import package::shared::log_samples::sound_log_samples;
import package::shared::logits_f32::{load_class, load_four};
import package::shared::math::{first4, max4, quotients4, rate_of};
import package::shared::one_draw::ONE_DRAW;
import package::shared::params::params;
import package::shared::reduce_workgroup::{forget_best, row_best, row_sum};
import package::shared::row_settings::RowSettings;
import package::shared::row_settings_uniform::row_settings_of;
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
  let sum = row_sum(0u, slot, lane, mine.sum);
  forget_best();
  let total = row_sum(1u, slot, lane, mine.total);
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

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let task = task_of(workgroup.y * workgroups.x + workgroup.x, index);
  let row = row_settings_of(params.first_row + task.row);
  var gradient = Gradient(KEY_NONE, vec2<f32>());
  // SwiftShader takes one and a half to three times as long over short rows where there is a loop, if only of one turn.
  if (ONE_DRAW) {
    gradient = add_draw(draw_of(task, 0u), task, row);
  } else {
    for (var i = 0u; i < draws_a_task(); i++) {
      let draw = draw_of(task, i);
      gradient = with_draw(gradient, draw, add_draw(draw, task, row));
    }
  }
  write_backward(task.number, task.lane, task.slot, task.inside, gradient.key, gradient.terms, row);
}
