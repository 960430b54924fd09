// Computes a class's score, logit + T * gumbel, in strict arithmetic, and its order as an unsigned key. Twin: src/operations/sample/score.ts.

import package::shared::float_bits::{LOWEST, MIN_NORMAL, POSITIVE_INFINITY};
import package::shared::noise::opaque;
import package::shared::params::params;

// Keys beside those of scores: no class yet, below all; above all, a row without a distribution, or a draw for which the caller
// gives values that cannot be. The largest tells.
const KEY_NONE = 0u;
const KEY_GRAD_SAMPLES = 0xfffffffbu;
const KEY_SAMPLES_OUTSIDE = 0xfffffffcu;
const KEY_SAMPLES_NAN = 0xfffffffdu;
const KEY_POSITIVE_INFINITY = 0xfffffffeu;
const KEY_NAN = 0xffffffffu;

fn is_score(key: u32) -> bool {
  return key != KEY_NONE && key < KEY_GRAD_SAMPLES;
}

// Subnormal logits, which devices may flush, count as 0, and so does -0, and what is no number, whose score nobody takes.
// The sum is 0 or normal, as T is 0 or in [1e-18, 1e18].
fn score_of(logit: u32, temperature: f32, gumbel: f32) -> f32 {
  let canonical = select(0u, logit, (logit & 0x7fffffffu) - MIN_NORMAL < POSITIVE_INFINITY - MIN_NORMAL);
  return bitcast<f32>(canonical) + opaque(temperature * gumbel, params.zero);
}

// Ascending with the score, which score_of never makes -0.
fn key_of_score(score: f32) -> u32 {
  let bits = bitcast<u32>(score);
  return bits ^ select(0x80000000u, 0xffffffffu, bitcast<i32>(bits) < 0);
}

fn score_of_key(key: u32) -> f32 {
  return bitcast<f32>(key ^ select(0x80000000u, 0xffffffffu, bitcast<i32>(key) >= 0));
}

// The best score of a row; where it has no distribution the highest number, beside which the others are as if they were none.
fn best_of(key: u32) -> f32 {
  return select(-LOWEST, score_of_key(key), is_score(key));
}

const KEY_LOWEST = 0x00800000u; // of the score LOWEST

// What a class must reach to win or tie where another's score is `score`, or a bound of it: lower by more than rounding.
fn bar_of(score: f32, temperature: f32) -> f32 {
  // The last term is for T = 0, where subnormal logits, which may be compared as they are, tie with 0.
  let bounded = max(score, -1e38);
  return select(bounded - abs(bounded) * 0x1p-21 - temperature * 4e-5 - 0x1p-125, LOWEST, score < -1e38);
}
