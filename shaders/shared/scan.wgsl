// Reads a row, or a part of it, once: gives the lane's best class, and what log-probabilities need. Twin: src/operations/sample/scan.ts.
//
// Noise is lazy and the result exact: the high half of a word bounds its noise from both sides. `bar` is a value that the
// row's winner is known to reach, lowered by more than the arithmetic's rounding; a class whose upper bound is below it
// cannot win, not even by a tie. Philox is skipped where no noise could reach the bar, the low halves and the transform
// where this noise does not. What a device rounds differently here changes what is skipped, never what is drawn.

import package::shared::all_kept::{kept_class, kept_four};
import package::shared::every_group::{first_group, group_after};
import package::shared::float_bits::{LOWEST, NEGATIVE_INFINITY, POSITIVE_INFINITY, finite, finite4};
import package::shared::gather::{Scan, nothing_found, with_logits};
import package::shared::lanes::LANES;
import package::shared::log_probs::LOG_PROBS;
import package::shared::logits::{Base, load_class, load_nearest};
import package::shared::logits_f32::within;
import package::shared::math::{mask4, max4, rate_of};
import package::shared::params::params;
import package::shared::philox::philox4x32;
import package::shared::reduce_workgroup::{share_key, shared_key};
import package::shared::row_settings::RowSettings;
import package::shared::score::{KEY_LOWEST, KEY_NONE, bar_of, key_of_score, remainders_of, score_of_key, scores_of, terms_of};
import package::shared::validity::{checked_key, largest_of, nothing_seen, seen};
import package::shared::words::{EXTENDED, Halves, TAG_HIGH, TAG_LOW, gumbel_at, word_of};

const MIN_GUMBEL = -3.2;
// High halves h stand in a word's upper bits here. For h > 0, with B(h) the bits of f32(h): -ln(h / 2^32) <= UPPER - SLOPE * B(h), as
// log2(1 + f) >= f, and -ln(h / 2^32) >= UPPER - 0.06 - SLOPE * B(h), as log2(1 + f) <= f + 0.0861. SLOPE is ln 2 / 2^23, UPPER 159 ln 2.
const UPPER = 110.21041;
const SLOPE = 8.262958294867817e-8;
// -ln(-ln(1 - u)) >= -ln u - u while u < 0.68.
const LOWER = UPPER - 0.0605;
const LAST_LOWER = 44000u << 16u;

fn float_bits(h: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(bitcast<vec4<i32>>(vec4<f32>(h)));
}

// A bound that the noise of words with high halves h does not pass; of any word where h is 0.
fn upper_bound(h: vec4<u32>) -> vec4<f32> {
  return UPPER - SLOPE * float_bits(h);
}

// A bound that it reaches.
fn lower_bound(h: vec4<u32>) -> vec4<f32> {
  let next = h + 0x10000u;
  let bound = LOWER - SLOPE * float_bits(next) - vec4<f32>(next) * 0x1p-32;
  return select(bound, vec4<f32>(MIN_GUMBEL), h > vec4<u32>(LAST_LOWER));
}

// The highest bar that the row's lanes have shared. KEY_LOWEST stands for none, whose key is no number.
fn shared_bar(slot: u32) -> f32 {
  return score_of_key(max(shared_key(slot), KEY_LOWEST));
}

fn scan(base: Base, row: RowSettings, draw: u32, first: u32, end: u32, lane: u32, slot: u32) -> Scan {
  let temperature = row.temperature;
  let rate = rate_of(temperature, 1.0);
  var best = nothing_found();
  var validity = nothing_seen();
  var bar = LOWEST;
  let reach = temperature * select(22.9, 45.1, EXTENDED); // no noise is larger

  for (var group = first_group(first, end, lane); group < end; group = group_after(group, end)) {
    // Repeats past the row's end change neither the top nor what is valid.
    let near_a = kept_four(load_nearest(base, group * 2u), group * 2u);
    let near_b = kept_four(load_nearest(base, group * 2u + 1u), group * 2u + 1u);
    validity = seen(validity, near_a, near_b);
    let largest = largest_of(near_a, near_b);
    let top = finite(largest);

    if (LOG_PROBS) {
      best = with_logits(best, within(near_a, group * 2u), within(near_b, group * 2u + 1u), rate);
    }
    if (LANES > 1u) {
      bar = max(bar, shared_bar(slot));
    }
    if (largest != NEGATIVE_INFINITY && top >= bar - reach) {
      let counter = vec4<u32>(params.class_offset / 8u + group, row.stream, row.step, draw + TAG_HIGH);
      let high = philox4x32(counter, row.seed);
      let high_a = high & vec4<u32>(0xffff0000u);
      let high_b = high * 0x10000u;
      let least4 = min(high_a, high_b);
      let least = min(min(least4.x, least4.y), min(least4.z, least4.w));
      if (top + temperature * upper_bound(vec4<u32>(least)).x >= bar) {
        let a = finite4(within(near_a, group * 2u));
        let b = finite4(within(near_b, group * 2u + 1u));
        let lower_a = a + temperature * lower_bound(high_a);
        let lower_b = b + temperature * lower_bound(high_b);
        let sure = max4(max(lower_a, lower_b));
        bar = max(bar, bar_of(sure, temperature));
        if (LANES > 1u) {
          share_key(slot, key_of_score(bar));
          bar = max(bar, shared_bar(slot));
        }
        let upper_a = a + temperature * upper_bound(high_a);
        let upper_b = b + temperature * upper_bound(high_b);
        var candidates = mask4(upper_a >= vec4<f32>(bar)) | (mask4(upper_b >= vec4<f32>(bar)) << 4u);
        while (candidates != 0u) {
          let i = firstTrailingBit(candidates);
          candidates &= candidates - 1u;
          let c = group * 8u + i;
          let bits = kept_class(load_class(base, c), c);
          let low = philox4x32(vec4<u32>(counter.xyz, draw + TAG_LOW), row.seed);
          let class_ = params.class_offset + c;
          let gumbel = gumbel_at(word_of(Halves(high, low), i), class_, row, draw);
          let terms = terms_of(vec4<u32>(bits), temperature, vec4<f32>(gumbel));
          let scores = scores_of(terms);
          let score = scores.x;
          let remainder = remainders_of(terms, scores).x;
          let key = select(key_of_score(score), KEY_NONE, (bits & 0x7fffffffu) >= POSITIVE_INFINITY);
          if (key > best.key || (key == best.key && remainder > best.remainder)) {
            best.key = key;
            best.remainder = remainder;
            best.class_ = class_;
            best.logit = bitcast<f32>(bits);
            bar = max(bar, bar_of(score, temperature));
            if (LANES > 1u) {
              share_key(slot, key_of_score(bar));
            }
          }
        }
      }
    }
  }

  best.key = checked_key(best.key, validity, temperature);
  return best;
}
