// Tells log-samples, the logarithms of relaxed samples, that can be from those that cannot, by their bits: no arithmetic touches what is
// no number. Twins: src/operations/gumbel_softmax_backward/flaws.ts, src/operations/concrete_log_prob/compute.ts.

import package::shared::float_bits::{LOWEST_BITS, NEGATIVE_INFINITY};
import package::shared::params::params;

// Whether the samples that a kernel reads, or whose gradient it reads, are log-samples.
override LOG_SAMPLES: bool = false;

const MOST_LOG_SAMPLE = 0x3b800000u; // 2^-8, not far above 0

// Whether log-samples are finite and not above 0.
fn are_finite_logs(x: vec4<f32>) -> vec4<bool> {
  let bits = bitcast<vec4<u32>>(x);
  let negative = (bits >= vec4<u32>(0x80000000u)) & (bits <= vec4<u32>(LOWEST_BITS));
  return negative | (bits <= vec4<u32>(MOST_LOG_SAMPLE));
}

// Whether one of the four of classes from `c` on is neither, nor -Infinity where masked; past the last class anything may be.
fn are_outside(x: vec4<f32>, masked: vec4<bool>, c: u32) -> bool {
  let inside = vec4<u32>(c) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(params.classes);
  let none = bitcast<vec4<u32>>(x) == vec4<u32>(NEGATIVE_INFINITY);
  return any(select(!are_finite_logs(x), !none, masked) & inside);
}

// Log-samples as numbers: the lowest, whose sample is 0, where they cannot be.
fn sound_log_samples(x: vec4<f32>) -> vec4<f32> {
  return bitcast<vec4<f32>>(select(vec4<u32>(LOWEST_BITS), bitcast<vec4<u32>>(x), are_finite_logs(x)));
}
