// Computes the gradient of the logits of four classes, and its terms of those of tau and T.
//
// With y = softmax(u), u = score / (T tau), and G the gradient of y, the gradient of u is d = y (G - sum(y G)). G counts from the
// best class's, which changes nothing, so that d keeps its digits where y is nearly one-hot. As sum(d) is 0, u and l count from the
// best class's too. Where G is the gradient of log y, d = G - y sum(G): it is not small where y is, nor are its terms.

import package::gumbel_softmax_backward::add_rows::add_four;
import package::gumbel_softmax_backward::found::Found;
import package::gumbel_softmax_backward::scales::SCALES;
import package::shared::float_bits::{finite, finite4};
import package::shared::keys::scores4;
import package::shared::log_samples::LOG_SAMPLES;
import package::shared::logits::{Base, load_class, load_four};
import package::shared::math::{Rate, exponents4, quotients4};
import package::shared::params::params;
import package::shared::score::{KEY_NONE, best_of, is_score};

// What the gradient of a row takes: y is w * scale.
struct Softmax {
  ok: bool,
  best: f32,
  rate: Rate,       // of T tau
  scale: f32,
  reference: f32,
  mean: f32,        // sum(y (G - reference)), or sum(G) where LOG_SAMPLES
  logit: f32,       // of the best class
}

fn softmax_of(whole: Found, base: Base, rate: Rate) -> Softmax {
  let ok = is_score(whole.scan.key);
  let scale = 1.0 / select(1.0, whole.scan.relaxed, ok);
  return Softmax(
    ok,
    best_of(whole.scan.key),
    rate,
    scale,
    whole.reference,
    select(whole.weighted * scale, whole.weighted, LOG_SAMPLES),
    finite(load_class(base, select(0u, whole.scan.class_ - params.class_offset, ok))),
  );
}

// d of four classes of weights exp(u - best u), 0 for masked ones.
fn gradient4(weights: vec4<f32>, masked: vec4<bool>, values: vec4<f32>, row: Softmax) -> vec4<f32> {
  let y = weights * row.scale;
  var d = y * (values - row.reference - row.mean);
  if (LOG_SAMPLES) {
    d = values - y * row.mean;
  }
  return select(d, vec4<f32>(), masked);
}

// sum(d u) and sum(d l) / (T tau) over four classes.
fn scale_terms(keys: vec4<u32>, masked: vec4<bool>, d: vec4<f32>, logits: vec4<u32>, row: Softmax) -> vec2<f32> {
  // Where a difference is so large that it is bounded, d is 0, or gradients leave float32's range.
  var u = exponents4(scores4(keys), row.best, row.rate);
  if (LOG_SAMPLES) {
    u = quotients4(scores4(keys), row.best, row.rate);
  }
  let l = quotients4(finite4(logits), row.logit, row.rate);
  return vec2<f32>(dot(d, select(u, vec4<f32>(), masked)), dot(d, select(l, vec4<f32>(), masked)));
}

// Adds one draw's gradient of the logits of class `c` and the three after it to what lies at `out_base`, or writes it if it is the first,
// and gives their scale_terms where they are wanted. Keys and weights are those of the draw, `values` are G.
fn add_gradient4(
  base: Base,
  out_base: u32,
  c: u32,
  keys: vec4<u32>,
  weights: vec4<f32>,
  values: vec4<f32>,
  row: Softmax,
  first: bool,
) -> vec2<f32> {
  // A row without a distribution has gradients of 0.
  let masked = (keys == vec4<u32>(KEY_NONE)) | vec4<bool>(!row.ok);
  let d = gradient4(weights, masked, values, row);
  add_four(out_base, c, d * (row.rate.twice_inverse * 0.5), first);
  if (SCALES) {
    return scale_terms(keys, masked, d, load_four(base, c), row);
  }
  return vec2<f32>();
}
