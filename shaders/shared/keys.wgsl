// Computes the scores of a group of eight classes, with every word of noise drawn, as keys: KEY_NONE for a masked class.

import package::shared::float_bits::{POSITIVE_INFINITY, finite4};
import package::shared::gather::Scan;
import package::shared::math::{Rate, decay4, first4};
import package::shared::params::params;
import package::shared::row_settings::RowSettings;
import package::shared::score::{KEY_NONE, key_of_score, score_of};
import package::shared::words::{first_words, gumbel_at, halves_of, last_words};

struct Keys {
  a: vec4<u32>,
  b: vec4<u32>,
}

// `whole` is false only where it is known that the group's last four classes are past the row's end.
fn keys_of(a: vec4<u32>, b: vec4<u32>, whole: bool, group: u32, row: RowSettings, draw: u32) -> Keys {
  let halves = halves_of(params.class_offset / 8u + group, row, draw);
  let first = params.class_offset + group * 8u;
  var keys = Keys(keys4(a, first_words(halves), first, row, draw), vec4<u32>(KEY_NONE));
  if (whole) {
    keys.b = keys4(b, last_words(halves), first + 4u, row, draw);
  }
  return keys;
}

fn keys4(logits: vec4<u32>, words: vec4<u32>, first: u32, row: RowSettings, draw: u32) -> vec4<u32> {
  return vec4<u32>(
    key_at(logits.x, words.x, first, row, draw),
    key_at(logits.y, words.y, first + 1u, row, draw),
    key_at(logits.z, words.z, first + 2u, row, draw),
    key_at(logits.w, words.w, first + 3u, row, draw),
  );
}

fn key_at(logit: u32, word: u32, class_: u32, row: RowSettings, draw: u32) -> u32 {
  let key = key_of_score(score_of(logit, row.temperature, gumbel_at(word, class_, row, draw)));
  return select(key, KEY_NONE, (logit & 0x7fffffffu) >= POSITIVE_INFINITY);
}

// The better of `best` and the group's first largest key; groups come in ascending order.
fn better(best: Scan, keys: Keys, first_class: u32) -> Scan {
  let both = max(keys.a, keys.b);
  let largest = max(max(both.x, both.y), max(both.z, both.w));
  var found = best;
  if (largest > best.key) {
    found.key = largest;
    found.class_ = first_class + min(first4(keys.a == vec4<u32>(largest)), 4u + first4(keys.b == vec4<u32>(largest)));
  }
  return found;
}

// Scores of keys, LOWEST for masked classes.
fn scores4(keys: vec4<u32>) -> vec4<f32> {
  let bits = keys ^ select(vec4<u32>(0x80000000u), vec4<u32>(0xffffffffu), bitcast<vec4<i32>>(keys) >= vec4<i32>());
  return finite4(bits);
}

// exp((score - best) / (T tau)), 0 for masked classes.
fn relaxed4(keys: vec4<u32>, best: f32, rate: Rate) -> vec4<f32> {
  return select(decay4(scores4(keys), best, rate), vec4<f32>(), keys == vec4<u32>(KEY_NONE));
}
