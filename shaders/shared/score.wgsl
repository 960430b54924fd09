// Computes scores, logit + T * gumbel, in strict arithmetic, with what rounding the sum left out, and their order as unsigned keys.
// A draw is the first maximum of the exact sums: of equal scores the one with the largest remainder. Twin: src/operations/sample/score.ts.

import package::shared::float_bits::{LOWEST, MIN_NORMAL, POSITIVE_INFINITY};
import package::shared::noise::opaque;
import package::shared::params::params;

// Keys beside those of scores: no class yet, below all; above all, a row without a distribution, settings out of range, or a draw
// for which the caller gives values that cannot be. The largest tells.
const KEY_NONE = 0u;
const KEY_MISSING = 0xfffffff9u; // a draw for which its row has no class left
const KEY_SETTINGS = 0xfffffffau;
const KEY_GRAD_SAMPLES = 0xfffffffbu;
const KEY_SAMPLES_OUTSIDE = 0xfffffffcu;
const KEY_SAMPLES_NAN = 0xfffffffdu;
const KEY_POSITIVE_INFINITY = 0xfffffffeu;
const KEY_NAN = 0xffffffffu;

fn is_score(key: u32) -> bool {
  return key != KEY_NONE && key < KEY_MISSING;
}

// What a score is the sum of: the logit as it counts, and T * gumbel, rounded.
struct Terms {
  logits: vec4<f32>,
  products: vec4<f32>,
}

// Subnormal logits, which devices may flush, count as 0, and so does -0, and what is no number, whose score nobody takes.
fn terms_of(logits: vec4<u32>, temperature: f32, gumbels: vec4<f32>) -> Terms {
  let normal = (logits & vec4<u32>(0x7fffffffu)) - MIN_NORMAL < vec4<u32>(POSITIVE_INFINITY - MIN_NORMAL);
  return Terms(bitcast<vec4<f32>>(select(vec4<u32>(), logits, normal)), opaque(temperature * gumbels, params.zero));
}

// The sums are 0 or normal, as T is 0 or in [1e-18, 1e18].
fn scores_of(terms: Terms) -> vec4<f32> {
  return opaque(terms.logits + terms.products, params.zero);
}

// What the exact sums have beyond the scores, by Dekker's Fast2Sum (Numer. Math. 18, 1971), which is exact; 0 where it is subnormal.
fn remainders_of(terms: Terms, scores: vec4<f32>) -> vec4<f32> {
  let ordered = abs(terms.logits) >= abs(terms.products);
  let larger = select(terms.products, terms.logits, ordered);
  let smaller = select(terms.logits, terms.products, ordered);
  let rest = opaque(smaller - opaque(scores - larger, params.zero), params.zero);
  return select(vec4<f32>(), rest, (bitcast<vec4<u32>>(rest) & vec4<u32>(0x7fffffffu)) >= vec4<u32>(MIN_NORMAL));
}

// Ascending with the score, which scores_of never makes -0.
fn keys_of_scores(scores: vec4<f32>) -> vec4<u32> {
  let bits = bitcast<vec4<u32>>(scores);
  return bits ^ select(vec4<u32>(0x80000000u), vec4<u32>(0xffffffffu), bitcast<vec4<i32>>(bits) < vec4<i32>());
}

fn key_of_score(score: f32) -> u32 {
  return keys_of_scores(vec4<f32>(score)).x;
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
