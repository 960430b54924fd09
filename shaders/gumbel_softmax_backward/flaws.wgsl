// Finds values of a draw that cannot be, by their bits: no arithmetic touches what is no number.
// Twin: src/operations/gumbel_softmax_backward/flaws.ts.

import package::shared::float_bits::{MIN_NORMAL, POSITIVE_INFINITY};
import package::shared::log_samples::are_outside;
import package::shared::score::{KEY_GRAD_SAMPLES, KEY_NONE, KEY_SAMPLES_NAN, KEY_SAMPLES_OUTSIDE};

// 1e28: no sum over 2^31 classes leaves float32's range.
const MOST_GRAD_SAMPLE = 0x6e013f39u;
const MOST_SAMPLE = 0x3f808000u; // not far above 1

// KEY_GRAD_SAMPLES where the gradient of a sample that is not masked is NaN or larger, else KEY_NONE.
fn grad_samples_key(values: vec4<f32>, masked: vec4<bool>) -> u32 {
  let large = (bitcast<vec4<u32>>(values) & vec4<u32>(0x7fffffffu)) > vec4<u32>(MOST_GRAD_SAMPLE);
  return select(KEY_NONE, KEY_GRAD_SAMPLES, any(select(large, vec4<bool>(), masked)));
}

// KEY_SAMPLES_NAN, or KEY_SAMPLES_OUTSIDE where a value is below 0, above 1, or not 0 in a masked class; else KEY_NONE.
fn samples_key(y: vec4<f32>, masked: vec4<bool>) -> u32 {
  let bits = bitcast<vec4<u32>>(y);
  let size = bits & vec4<u32>(0x7fffffffu);
  let outside = (size >= vec4<u32>(MIN_NORMAL)) & ((bits > vec4<u32>(MOST_SAMPLE)) | masked);
  let key = select(KEY_NONE, KEY_SAMPLES_OUTSIDE, any(outside));
  return select(key, KEY_SAMPLES_NAN, any(size > vec4<u32>(POSITIVE_INFINITY)));
}

// Samples as numbers of [0, 1]: 0 where devices may flush them, and where they cannot be.
fn sound_samples(y: vec4<f32>) -> vec4<f32> {
  let bits = bitcast<vec4<u32>>(y);
  return select(vec4<f32>(), y, (bits >= vec4<u32>(MIN_NORMAL)) & (bits <= vec4<u32>(MOST_SAMPLE)));
}

// The same of log-samples of classes from `c` on: KEY_SAMPLES_OUTSIDE where one is above 0, or -Infinity, or not that in a masked class.
fn log_samples_key(x: vec4<f32>, masked: vec4<bool>, c: u32) -> u32 {
  let key = select(KEY_NONE, KEY_SAMPLES_OUTSIDE, are_outside(x, masked, c));
  return select(key, KEY_SAMPLES_NAN, any((bitcast<vec4<u32>>(x) & vec4<u32>(0x7fffffffu)) > vec4<u32>(POSITIVE_INFINITY)));
}
