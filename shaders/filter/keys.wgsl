// Orders logits by unsigned keys. Subnormal ones, which devices may flush, and -0 count as 0.

import package::shared::float_bits::{MIN_NORMAL, NEGATIVE_INFINITY, POSITIVE_INFINITY};
import package::shared::score::KEY_NONE;

// Ascending with the logits; KEY_NONE where they are masked. Of what is no number nobody asks.
fn keys_of_bits(logits: vec4<u32>) -> vec4<u32> {
  let normal = (logits & vec4<u32>(0x7fffffffu)) - MIN_NORMAL < vec4<u32>(POSITIVE_INFINITY - MIN_NORMAL);
  let bits = select(vec4<u32>(), logits, normal);
  let keys = bits ^ select(vec4<u32>(0x80000000u), vec4<u32>(0xffffffffu), bits >= vec4<u32>(0x80000000u));
  return select(keys, vec4<u32>(KEY_NONE), logits == vec4<u32>(NEGATIVE_INFINITY));
}

fn key_of_bits(logit: u32) -> u32 {
  return keys_of_bits(vec4<u32>(logit)).x;
}

// The logits of keys of numbers.
fn logits_of_keys(keys: vec4<u32>) -> vec4<f32> {
  return bitcast<vec4<f32>>(keys ^ select(vec4<u32>(0xffffffffu), vec4<u32>(0x80000000u), keys >= vec4<u32>(0x80000000u)));
}

fn logit_of_key(key: u32) -> f32 {
  return logits_of_keys(vec4<u32>(key)).x;
}

// Of a number.
fn key_of_logit(logit: f32) -> u32 {
  return key_of_bits(bitcast<u32>(logit));
}
