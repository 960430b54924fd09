// What gradients of soft samples y take that the caller still has: no noise.
//
// As in gradient.wgsl, G, log y and l count from those of the largest y, which changes nothing but rounding.

import package::gumbel_softmax_backward::add_rows::add_four;
import package::gumbel_softmax_backward::flaws::{grad_samples_key, samples_key};
import package::gumbel_softmax_backward::scales::SCALES;
import package::gumbel_softmax_backward::tasks::Draw;
import package::shared::best::Best;
import package::shared::float_bits::{finite, finite4};
import package::shared::logits::{Base, load_class, load_four};
import package::shared::math::{Rate, quotients4, rate_of};
import package::shared::row_settings::RowSettings;
import package::shared::score::{KEY_NONE, KEY_SAMPLES_OUTSIDE, is_score, score_of_key};

const KEY_ZERO = 0x80000000u; // of y = 0

// What the gradient of a draw takes.
struct Given {
  ok: bool,
  key: u32,         // of the largest y, or what is wrong
  class_: u32,      // of that, in the row; 0 where something is wrong
  largest: f32,
  logit: f32,
  reference: f32,   // G of that class
  mean: f32,        // sum(y (G - reference))
  rate: Rate,       // of T tau
}

// A flaw of four classes, KEY_ZERO if one of them is not masked, else KEY_NONE.
fn key_of_four(y: vec4<f32>, values: vec4<f32>, masked: vec4<bool>) -> u32 {
  let flaw = max(samples_key(y, masked), grad_samples_key(values, masked));
  return max(flaw, select(KEY_ZERO, KEY_NONE, all(masked)));
}

// What is known of a draw by its best class, but for `reference` and `mean`.
fn given_by(found: Best, base: Base, row: RowSettings) -> Given {
  // Where all classes that are not masked have 0, y cannot be.
  let key = select(found.key, KEY_SAMPLES_OUTSIDE, found.key == KEY_ZERO);
  let ok = is_score(key);
  let class_ = select(0u, found.class_, ok);
  let largest = select(1.0, score_of_key(key), ok);
  return Given(ok, key, class_, largest, finite(load_class(base, class_)), 0.0, 0.0, rate_of(row.temperature, row.tau));
}

// The mean of sums of y (G - reference) and of y, less what rounding took from a sum of 1.
fn mean_of(weighted: f32, sum: f32, ok: bool) -> f32 {
  return weighted / select(1.0, sum, ok);
}

// y times a difference of G: 0 where y is, whatever G.
fn times(y: vec4<f32>, differences: vec4<f32>) -> vec4<f32> {
  return select(y * differences, vec4<f32>(), y == vec4<f32>());
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

// sum(d log(y / largest)) and sum(d (l - logit)) / (T tau) over four classes, where y is not 0.
fn scale_terms(y: vec4<f32>, d: vec4<f32>, logits: vec4<u32>, given: Given) -> vec2<f32> {
  let none = y == vec4<f32>();
  let u = log_ratio(select(y, vec4<f32>(given.largest), none), given.largest);
  // Where a difference is so large that it is bounded, d is 0, if the samples are those of the logits.
  let l = select(quotients4(finite4(logits), given.logit, given.rate), vec4<f32>(), none);
  return vec2<f32>(dot(d, u), dot(d, l));
}

// Adds one draw's gradient of the logits of class `c` and the three after it to what lies at its place, or writes it if it is the task's
// first, and gives their scale_terms where they are wanted.
fn add_given4(at: Draw, c: u32, samples: vec4<f32>, values: vec4<f32>, given: Given) -> vec2<f32> {
  // A row without a distribution has gradients of 0.
  let y = select(vec4<f32>(), samples, given.ok);
  let d = times(y, values - given.reference - given.mean);
  add_four(at.out_base, c, d * (given.rate.twice_inverse * 0.5), at.is_first);
  if (SCALES) {
    return scale_terms(y, d, load_four(at.base, c), given);
  }
  return vec2<f32>();
}
