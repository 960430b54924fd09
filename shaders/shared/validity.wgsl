// Whether a row has a distribution, by the bits of its logits: no arithmetic touches a NaN. Expects: score. Twin: src/cpu/validity.ts.

import package::shared::float_bits::{NEGATIVE_INFINITY, POSITIVE_INFINITY};
import package::shared::score::{KEY_NAN, KEY_POSITIVE_INFINITY};

struct Validity {
  largest: vec4<i32>,           // as signed: +inf and NaN with a clear sign stand out
  largest_negative: vec4<u32>,  // as unsigned: NaN with the sign set stands out
}

fn nothing_seen() -> Validity {
  return Validity(vec4<i32>(-1), vec4<u32>());
}

fn seen(before: Validity, a: vec4<u32>, b: vec4<u32>) -> Validity {
  return Validity(
    max(before.largest, max(bitcast<vec4<i32>>(a), bitcast<vec4<i32>>(b))),
    max(before.largest_negative, max(a, b)),
  );
}

// KEY_NAN or KEY_POSITIVE_INFINITY where a logit is one, else `key`.
fn checked_key(key: u32, all: Validity) -> u32 {
  let positive = max(max(all.largest.x, all.largest.y), max(all.largest.z, all.largest.w));
  let n = all.largest_negative;
  let negative = max(max(n.x, n.y), max(n.z, n.w));
  if (positive > i32(POSITIVE_INFINITY) || negative > NEGATIVE_INFINITY) {
    return KEY_NAN;
  }
  return select(key, KEY_POSITIVE_INFINITY, positive == i32(POSITIVE_INFINITY));
}
