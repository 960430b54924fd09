// Computes the scores of a group of eight classes, with every word of noise drawn, as keys: KEY_NONE for a masked class.

import package::shared::float_bits::{LOWEST, POSITIVE_INFINITY, finite4};
import package::shared::gather::Scan;
import package::shared::math::{Rate, decay4, first4, max4};
import package::shared::params::params;
import package::shared::row_settings::RowSettings;
import package::shared::score::{KEY_NONE, Terms, keys_of_scores, remainders_of, scores_of, terms_of};
import package::shared::words::{first_words, gumbels4, halves_of, last_words};

// Whether remainders decide among equal scores, as draws do. Gradients may take any of these classes.
override REMAINDERS: bool = false;

struct Keys {
  a: vec4<u32>,
  b: vec4<u32>,
}

struct Scored {
  keys: Keys,
  remainders_a: vec4<f32>, // where REMAINDERS
  remainders_b: vec4<f32>,
}

// `whole` is false only where it is known that the group's last four classes are past the row's end.
fn scored_of(a: vec4<u32>, b: vec4<u32>, whole: bool, group: u32, row: RowSettings, draw: u32) -> Scored {
  let halves = halves_of(params.class_offset / 8u + group, row, draw);
  let first = params.class_offset + group * 8u;
  var scored = Scored(Keys(vec4<u32>(KEY_NONE), vec4<u32>(KEY_NONE)), vec4<f32>(), vec4<f32>());
  let terms_a = terms_of(a, row.temperature, gumbels4(first_words(halves), first, row, draw));
  scored.keys.a = keys4(a, terms_a);
  if (REMAINDERS) {
    scored.remainders_a = remainders_of(terms_a, scores_of(terms_a));
  }
  if (whole) {
    let terms_b = terms_of(b, row.temperature, gumbels4(last_words(halves), first + 4u, row, draw));
    scored.keys.b = keys4(b, terms_b);
    if (REMAINDERS) {
      scored.remainders_b = remainders_of(terms_b, scores_of(terms_b));
    }
  }
  return scored;
}

fn keys4(logits: vec4<u32>, terms: Terms) -> vec4<u32> {
  let masked = (logits & vec4<u32>(0x7fffffffu)) >= vec4<u32>(POSITIVE_INFINITY);
  return select(keys_of_scores(scores_of(terms)), vec4<u32>(KEY_NONE), masked);
}

// The better of `best` and the group's first best class; groups come in ascending order.
fn better(best: Scan, group: Scored, first_class: u32) -> Scan {
  let keys = group.keys;
  let both = max(keys.a, keys.b);
  let largest = max(max(both.x, both.y), max(both.z, both.w));
  var in_a = keys.a == vec4<u32>(largest);
  var in_b = keys.b == vec4<u32>(largest);
  var found = best;
  var wins = largest > best.key;
  if (REMAINDERS) {
    let remainders_a = select(vec4<f32>(LOWEST), group.remainders_a, in_a);
    let remainders_b = select(vec4<f32>(LOWEST), group.remainders_b, in_b);
    let remainder = max4(max(remainders_a, remainders_b));
    in_a &= remainders_a == vec4<f32>(remainder);
    in_b &= remainders_b == vec4<f32>(remainder);
    wins = wins || (largest == best.key && remainder > best.remainder);
    found.remainder = select(found.remainder, remainder, wins);
  }
  found.key = select(found.key, largest, wins);
  found.class_ = select(found.class_, first_class + min(first4(in_a), 4u + first4(in_b)), wins);
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
