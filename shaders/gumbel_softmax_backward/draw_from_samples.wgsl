// The gradient of one draw from the soft samples of a row too long to hold, by two reads of it: a variant of draw_held.wgsl.

import package::gumbel_softmax_backward::flaws::sound_samples;
import package::gumbel_softmax_backward::given_samples::{add_given4, given_by, key_of_four, mean_of, times};
import package::gumbel_softmax_backward::tasks::{Draw, Gradient, Task};
import package::shared::best::Best;
import package::shared::float_bits::masked4;
import package::shared::lanes::LANES;
import package::shared::logits::load_four;
import package::shared::math::{first4, max4};
import package::shared::reduce_workgroup::{first_row_sum, forget_best, row_best, second_row_sum};
import package::shared::row_settings::RowSettings;
import package::shared::rows_in_f32::{load_row_in, load_rows_in};
import package::shared::score::{KEY_NONE, key_of_score};
import package::shared::soft_samples_f32::load_soft;
import package::shared::validity::{checked_key, nothing_seen, seen};

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

// Adds the gradient of one draw to what lies at its place, or writes it if it is the task's first. Uniform control flow only.
fn add_draw(at: Draw, task: Task, row: RowSettings) -> Gradient {
  let lane = task.lane;
  let slot = task.slot;
  var mine = Found(0.0, 0u, 0.0, 0.0, 0.0);
  var validity = nothing_seen();
  var key = KEY_NONE;
  for (var c = 4u * lane; c < at.classes; c += 4u * LANES) {
    let logits = load_four(at.base, c);
    validity = seen(validity, logits, logits);
    let y = load_soft(at.soft_base, c);
    let values = load_rows_in(at.in_base, c);
    key = max(key, key_of_four(y, values, masked4(logits)));
    mine = weighed(mine, sound_samples(y), values, c);
  }
  key = max(key, select(KEY_NONE, key_of_score(mine.largest), mine.largest > 0.0));
  let best = row_best(slot, lane, Best(checked_key(key, validity, row.temperature), 0.0, mine.class_));
  var given = given_by(best, at.base, row);
  given.reference = load_row_in(at.in_base, given.class_);
  let weighted = first_row_sum(slot, lane, moved(mine, given.reference));
  forget_best();
  given.mean = mean_of(weighted, second_row_sum(slot, lane, mine.sum), given.ok);

  var terms = vec2<f32>();
  for (var c = 4u * lane; c < at.classes; c += 4u * LANES) {
    terms += add_given4(at, c, sound_samples(load_soft(at.soft_base, c)), load_rows_in(at.in_base, c), given);
  }
  return Gradient(given.key, terms);
}
