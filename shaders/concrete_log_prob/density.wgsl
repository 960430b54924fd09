// Computes the log density of each relaxed sample, less what depends on the number of classes alone. LANES lanes read one sample; a
// workgroup reads WORKGROUP / LANES. Twin: src/operations/concrete_log_prob/compute.ts; the host that reads `Density`: src/operations/concrete_log_prob/operation.ts.

import package::shared::best::Best;
import package::shared::float_bits::{LOWEST, MIN_NORMAL, NEGATIVE_INFINITY, POSITIVE_INFINITY, finite4, masked4};
import package::shared::lanes::{LANES, WORKGROUP};
import package::shared::log_samples::{LOG_SAMPLES, are_outside, sound_log_samples};
import package::shared::logits::{base_of, load_four};
import package::shared::math::{Rate, decay4, max4, quotients4, rate_of};
import package::shared::params::params;
import package::shared::reduce_workgroup::{first_row_sum, forget_best, row_best, second_row_sum};
import package::shared::row_settings_uniform::row_settings_of;
import package::shared::rows_in_f32::load_rows_in;
import package::shared::score::{KEY_NONE, is_score, key_of_score, score_of_key};
import package::shared::status::{STATUS_SAMPLES_NAN, status_of};
import package::shared::validity::{checked_key, nothing_seen, seen};

@group(0) @binding(13) var<storage, read_write> densities: array<Density>;

// In step with src/operations/concrete_log_prob/operation.ts.
struct Density {
  log_prob: u32,  // bits of sum(a - log y) - K log sum(exp a), a = l / T - tau log y; a status where there is none, and K is 0
  classes: u32,   // K, those not masked
}

const ONE = 0x3f800000u;
// How far off 1 a sample's sum may be; in step with the twin.
const SUM_TOLERANCE = 1e-3;

// What a lane adds to a sample's sum instead of its values where one is no number, or outside the simplex: no sum of other lanes
// makes up for it.
const SUM_NAN = 4096.0;
const SUM_OUTSIDE = 32.0;

// Log-samples count as at least this, or this over tau where tau is above 1; in step with the twin. No sum over 2^31 classes leaves
// float32's range.
const LEAST_LOG = -1e28;

// Adds four classes from `c` on to a lane's sum. Values must be 0 where masked, else normal, above 0 and not far above 1.
fn with_values(before: f32, values: vec4<f32>, masked: vec4<bool>, c: u32) -> f32 {
  let bits = bitcast<vec4<u32>>(values);
  if (any((bits & vec4<u32>(0x7fffffffu)) > vec4<u32>(POSITIVE_INFINITY))) {
    return SUM_NAN;
  }
  if (LOG_SAMPLES) {
    if (before >= SUM_OUTSIDE || are_outside(values, masked, c)) {
      return max(before, SUM_OUTSIDE);
    }
    let samples = select(exp(sound_log_samples(values)), vec4<f32>(), masked);
    return min(before + dot(samples, vec4<f32>(1.0)), SUM_OUTSIDE);
  }
  let positive = (bits >= vec4<u32>(MIN_NORMAL)) & (bits <= vec4<u32>(ONE + 0x8000u));
  if (before >= SUM_OUTSIDE || !all(select(positive, (bits << vec4<u32>(1u)) == vec4<u32>(), masked))) {
    return max(before, SUM_OUTSIDE);
  }
  return min(before + dot(values, vec4<f32>(1.0)), SUM_OUTSIDE);
}

// log y; of y outside the simplex 0, of log y outside anything.
fn logs4(values: vec4<f32>, tau: f32) -> vec4<f32> {
  if (LOG_SAMPLES) {
    return max(sound_log_samples(values), vec4<f32>(LEAST_LOG / max(tau, 1.0)));
  }
  let bits = bitcast<vec4<u32>>(values);
  return log(select(vec4<f32>(1.0), values, bits - vec4<u32>(MIN_NORMAL) < vec4<u32>(POSITIVE_INFINITY - MIN_NORMAL)));
}

// a, for logits that count from `top`; the lowest number for masked classes.
fn powers4(logits: vec4<u32>, values: vec4<f32>, top: f32, rate: Rate, tau: f32) -> vec4<f32> {
  let scaled_logits = quotients4(finite4(logits), top, rate);
  return select(scaled_logits - tau * logs4(values, tau), vec4<f32>(LOWEST), masked4(logits));
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let slot = index / LANES;
  let lane = index % LANES;
  let task = (workgroup.y * workgroups.x + workgroup.x) * (WORKGROUP / LANES) + slot;
  let inside = task < params.rows * params.num_samples;
  let row = select(0u, task / params.num_samples, inside);
  let settings = row_settings_of(params.first_row + row);
  let classes = select(0u, params.classes, inside);
  let base = base_of(row);
  let in_base = params.rows_in_offset + task * params.rows_in_stride;

  var validity = nothing_seen();
  var largest = KEY_NONE;
  var left = 0u;
  var total = 0.0;
  for (var c = 4u * lane; c < classes; c += 4u * LANES) {
    let logits = load_four(base, c);
    let masked = masked4(logits);
    validity = seen(validity, logits, logits);
    total = with_values(total, load_rows_in(in_base, c), masked, c);
    for (var i = 0u; i < 4u; i++) {
      left += select(1u, 0u, masked[i]);
      largest = max(largest, select(key_of_score(bitcast<f32>(logits[i])), KEY_NONE, masked[i]));
    }
  }
  let key = row_best(slot, lane, Best(checked_key(largest, validity, settings.temperature), 0.0, 0u)).key;
  total = first_row_sum(slot, lane, total);
  forget_best();
  let count = second_row_sum(slot, lane, f32(left));

  // Logits count from the largest, which changes nothing.
  let top = select(0.0, score_of_key(key), is_score(key));
  let rate = rate_of(settings.temperature, 1.0);
  var best = LOWEST;
  for (var c = 4u * lane; c < classes; c += 4u * LANES) {
    let powers = powers4(load_four(base, c), load_rows_in(in_base, c), top, rate, settings.tau);
    best = max(best, max4(powers));
  }
  best = score_of_key(row_best(slot, lane, Best(key_of_score(best), 0.0, 0u)).key);

  var sum = 0.0;
  var terms = 0.0;
  for (var c = 4u * lane; c < classes; c += 4u * LANES) {
    let logits = load_four(base, c);
    let values = load_rows_in(in_base, c);
    let powers = powers4(logits, values, top, rate, settings.tau);
    let masked = masked4(logits);
    sum += dot(select(decay4(powers, best, rate_of(1.0, 1.0)), vec4<f32>(), masked), vec4<f32>(1.0));
    terms += dot(select(powers - best - logs4(values, settings.tau), vec4<f32>(), masked), vec4<f32>(1.0));
  }
  sum = first_row_sum(slot, lane, sum);
  terms = second_row_sum(slot, lane, terms);
  if (inside && lane == 0u) {
    var density = Density(bitcast<u32>(terms - count * log(sum)), u32(count));
    if (abs(total - 1.0) > SUM_TOLERANCE) {
      density.log_prob = NEGATIVE_INFINITY;
    }
    if (total >= SUM_NAN) {
      density = Density(STATUS_SAMPLES_NAN, 0u);
    }
    if (!is_score(key)) {
      density = Density(status_of(key), 0u);
    }
    densities[params.index_offset / 2u + task] = density;
  }
}
