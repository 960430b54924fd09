// Tells by the bits of a row's logits whether it has a distribution: no arithmetic touches what is no number.
// Twin: src/operations/sample/validity.ts.

import package::shared::float_bits::{NEGATIVE_INFINITY, POSITIVE_INFINITY};
import package::shared::score::{KEY_NAN, KEY_POSITIVE_INFINITY, KEY_SETTINGS};

struct Validity {
  largest: i32,           // as signed: +Infinity and NaN with a clear sign stand out
  largest_negative: u32,  // as unsigned: NaN with the sign set stands out
}

fn nothing_seen() -> Validity {
  return Validity(-1, 0u);
}

fn largest_signed(a: vec4<u32>, b: vec4<u32>) -> i32 {
  let both = max(bitcast<vec4<i32>>(a), bitcast<vec4<i32>>(b));
  return max(max(both.x, both.y), max(both.z, both.w));
}

fn seen(before: Validity, a: vec4<u32>, b: vec4<u32>) -> Validity {
  let both = max(a, b);
  let largest_negative = max(max(both.x, both.y), max(both.z, both.w));
  return Validity(max(before.largest, largest_signed(a, b)), max(before.largest_negative, largest_negative));
}

// Bits of the largest of eight logits: of the largest positive one, or of the negative one that is least as unsigned.
fn largest_of(a: vec4<u32>, b: vec4<u32>) -> u32 {
  let positive = largest_signed(a, b);
  let both = min(a, b);
  let negative = min(min(both.x, both.y), min(both.z, both.w));
  return select(bitcast<u32>(positive), negative, positive < 0);
}

// KEY_NAN or KEY_POSITIVE_INFINITY where a logit is one, KEY_SETTINGS where the row's settings are out of range, else `key`.
fn checked_key(key: u32, all: Validity, temperature: f32) -> u32 {
  if (all.largest > i32(POSITIVE_INFINITY) || all.largest_negative > NEGATIVE_INFINITY) {
    return KEY_NAN;
  }
  let sound = select(key, KEY_SETTINGS, temperature < 0.0);
  return select(sound, KEY_POSITIVE_INFINITY, all.largest == i32(POSITIVE_INFINITY));
}
