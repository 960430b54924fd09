// The gradient of one draw from the soft samples of a row that its lanes hold whole: a variant of draw_held.wgsl.
//
// Each step over the vectors that a lane holds is a function called by number, as in gumbel_softmax/held.wgsl.

import package::gumbel_softmax_backward::flaws::sound_samples;
import package::gumbel_softmax_backward::given_samples::{Given, add_given4, given_by, key_of_four, mean_of, times};
import package::gumbel_softmax_backward::tasks::{Draw, Gradient, Task};
import package::shared::best::Best;
import package::shared::float_bits::masked4;
import package::shared::held::FOURS;
import package::shared::lanes::LANES;
import package::shared::logits::load_four;
import package::shared::math::{first4, max4};
import package::shared::reduce_workgroup::{first_row_sum, forget_best, row_best, second_row_sum};
import package::shared::row_settings::RowSettings;
import package::shared::rows_in_f32::{load_row_in, load_rows_in};
import package::shared::score::{KEY_NONE, key_of_score};
import package::shared::soft_samples_f32::load_soft;
import package::shared::validity::{Validity, checked_key, nothing_seen, seen};

// A lane's part of a row, and what it knows of it.
struct Held {
  samples: array<vec4<f32>, 8>,
  values: array<vec4<f32>, 8>,
  largest: f32,   // of its samples
  class_: u32,    // of that, in the row
  key: u32,       // the largest of key_of_four
  validity: Validity,
}

fn hold(held: ptr<function, Held>, i: u32, at: Draw, lane: u32) {
  let c = 4u * (lane + i * LANES);
  if (c < at.classes) {
    let logits = load_four(at.base, c);
    let y = load_soft(at.soft_base, c);
    let values = load_rows_in(at.in_base, c);
    let sound = sound_samples(y);
    let largest = max4(sound);
    let wins = largest > (*held).largest;
    (*held).samples[i] = sound;
    (*held).values[i] = values;
    (*held).class_ = select((*held).class_, c + first4(sound == vec4<f32>(largest)), wins);
    (*held).largest = select((*held).largest, largest, wins);
    (*held).key = max((*held).key, key_of_four(y, values, masked4(logits)));
    (*held).validity = seen((*held).validity, logits, logits);
  }
}

// The sums of y (G - reference) and of y.
fn weigh(held: ptr<function, Held>, i: u32, reference: f32) -> vec2<f32> {
  let y = (*held).samples[i];
  return vec2<f32>(dot(times(y, (*held).values[i] - reference), vec4<f32>(1.0)), dot(y, vec4<f32>(1.0)));
}

fn add(held: ptr<function, Held>, i: u32, at: Draw, lane: u32, given: Given) -> vec2<f32> {
  let c = 4u * (lane + i * LANES);
  if (c < at.classes) {
    return add_given4(at, c, (*held).samples[i], (*held).values[i], given);
  }
  return vec2<f32>();
}

// Adds the gradient of one draw to what lies at its place, or writes it if it is the task's first. Uniform control flow only.
fn add_draw(at: Draw, task: Task, row: RowSettings) -> Gradient {
  let lane = task.lane;
  let slot = task.slot;
  var held = Held(array<vec4<f32>, 8>(), array<vec4<f32>, 8>(), 0.0, 0u, KEY_NONE, nothing_seen());
  hold(&held, 0u, at, lane);
  if (FOURS > 1u) { hold(&held, 1u, at, lane); }
  if (FOURS > 2u) { hold(&held, 2u, at, lane); }
  if (FOURS > 3u) { hold(&held, 3u, at, lane); }
  if (FOURS > 4u) { hold(&held, 4u, at, lane); }
  if (FOURS > 5u) { hold(&held, 5u, at, lane); }
  if (FOURS > 6u) { hold(&held, 6u, at, lane); }
  if (FOURS > 7u) { hold(&held, 7u, at, lane); }

  let key = max(held.key, select(KEY_NONE, key_of_score(held.largest), held.largest > 0.0));
  let best = row_best(slot, lane, Best(checked_key(key, held.validity, row.temperature), 0.0, held.class_));
  var given = given_by(best, at.base, row);
  given.reference = load_row_in(at.in_base, given.class_);
  var sums = weigh(&held, 0u, given.reference);
  if (FOURS > 1u) { sums += weigh(&held, 1u, given.reference); }
  if (FOURS > 2u) { sums += weigh(&held, 2u, given.reference); }
  if (FOURS > 3u) { sums += weigh(&held, 3u, given.reference); }
  if (FOURS > 4u) { sums += weigh(&held, 4u, given.reference); }
  if (FOURS > 5u) { sums += weigh(&held, 5u, given.reference); }
  if (FOURS > 6u) { sums += weigh(&held, 6u, given.reference); }
  if (FOURS > 7u) { sums += weigh(&held, 7u, given.reference); }
  let weighted = first_row_sum(slot, lane, sums.x);
  forget_best();
  given.mean = mean_of(weighted, second_row_sum(slot, lane, sums.y), given.ok);

  var terms = add(&held, 0u, at, lane, given);
  if (FOURS > 1u) { terms += add(&held, 1u, at, lane, given); }
  if (FOURS > 2u) { terms += add(&held, 2u, at, lane, given); }
  if (FOURS > 3u) { terms += add(&held, 3u, at, lane, given); }
  if (FOURS > 4u) { terms += add(&held, 4u, at, lane, given); }
  if (FOURS > 5u) { terms += add(&held, 5u, at, lane, given); }
  if (FOURS > 6u) { terms += add(&held, 6u, at, lane, given); }
  if (FOURS > 7u) { terms += add(&held, 7u, at, lane, given); }
  return Gradient(given.key, terms);
}
