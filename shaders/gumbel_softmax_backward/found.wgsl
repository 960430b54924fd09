// What lanes, parts and rows find of a draw in the first pass of the gradient.

import package::gumbel_softmax_backward::flaws::grad_samples_key;
import package::shared::gather::{Scan, gather, nothing_found};
import package::shared::keys::{Scored, better, scores4};
import package::shared::lanes::LANES;
import package::shared::log_samples::LOG_SAMPLES;
import package::shared::math::{Rate, decay, exponents4, sum8};
import package::shared::params::params;
import package::shared::reduce_workgroup::{first_row_sum, forget_best, second_row_sum};
import package::shared::rows_in_f32::load_row_in;
import package::shared::score::{KEY_NONE, best_of, is_score, score_of_key};

// What a lane, a part or a row knows of one draw.
struct Found {
  scan: Scan,       // `relaxed` is the sum of w = exp(u - best u)
  reference: f32,   // G of the best class
  weighted: f32,    // the sum of w (G - reference), or of G where LOG_SAMPLES
}

fn nothing_weighed() -> Found {
  return Found(nothing_found(), 0.0, 0.0);
}

// `relaxed` and `weighted` of a scan, as they are beside a better class.
fn moved(found: Found, best: f32, reference: f32, rate: Rate) -> vec2<f32> {
  if (!is_score(found.scan.key)) {
    return vec2<f32>();
  }
  let relaxed = found.scan.relaxed;
  let factor = decay(score_of_key(found.scan.key), best, rate);
  if (LOG_SAMPLES) {
    return vec2<f32>(relaxed * factor, found.weighted);
  }
  let weighted = found.weighted + relaxed * (found.reference - reference);
  return vec2<f32>(relaxed, weighted) * factor;
}

// exp((score - best) / (T tau)), 0 for masked classes. The second bound keeps compilers from making one factor of 1 / (T tau) and of
// that which exp takes: gradients whose terms cancel would lose digits.
fn weights4(keys: vec4<u32>, best: f32, rate: Rate) -> vec4<f32> {
  let exponents = max(exponents4(scores4(keys), best, rate), vec4<f32>(-104.0));
  return select(exp(exponents), vec4<f32>(), keys == vec4<u32>(KEY_NONE));
}

fn weighted4(keys: vec4<u32>, weights: vec4<f32>, values: vec4<f32>, reference: f32) -> vec4<f32> {
  let masked = keys == vec4<u32>(KEY_NONE);
  if (LOG_SAMPLES) {
    return select(values, vec4<f32>(), masked);
  }
  return select(weights * (values - reference), vec4<f32>(), masked);
}

// A scan that has also seen a group's keys and gradients.
fn weighed(before: Found, scored: Scored, a: vec4<f32>, b: vec4<f32>, first_class: u32, rate: Rate) -> Found {
  let keys = scored.keys;
  var after = before;
  after.scan = better(before.scan, scored, first_class);
  // No score is larger: what follows is not used.
  let none = vec4<u32>(KEY_NONE);
  let flaw = max(grad_samples_key(a, keys.a == none), grad_samples_key(b, keys.b == none));
  after.scan.key = max(after.scan.key, flaw);
  if (after.scan.key > before.scan.key) {
    let i = after.scan.class_ - first_class;
    after.reference = select(b[i & 3u], a[i & 3u], i < 4u);
  }
  if (after.scan.key != KEY_NONE) {
    let best = best_of(after.scan.key);
    let w_a = weights4(keys.a, best, rate);
    let w_b = weights4(keys.b, best, rate);
    let kept = moved(before, best, after.reference, rate);
    after.scan.relaxed = kept.x + sum8(w_a, w_b);
    after.weighted = kept.y + sum8(
      weighted4(keys.a, w_a, a, after.reference),
      weighted4(keys.b, w_b, b, after.reference),
    );
  }
  return after;
}

// The lanes of a row brought together; all get the result. Uniform control flow only; may be called again.
fn gather_weighed(lane: u32, slot: u32, mine: Found, in_base: u32, rate: Rate) -> Found {
  if (LANES == 1u) {
    return mine;
  }
  var whole = mine;
  whole.scan = gather(lane, slot, mine.scan, 1.0);
  let ok = is_score(whole.scan.key);
  whole.reference = load_row_in(in_base, select(0u, whole.scan.class_ - params.class_offset, ok));
  let kept = moved(mine, best_of(whole.scan.key), whole.reference, rate);
  whole.scan.relaxed = first_row_sum(slot, lane, kept.x);
  forget_best();
  whole.weighted = second_row_sum(slot, lane, kept.y);
  return whole;
}
