// The gradient of Gumbel-softmax. Expects: params, LANES, SCALES; logits_*, values_*, samples_*, add_samples, keys,
// gather.
//
// With y = softmax(u), u = score / (T tau), and G the gradient of y, the gradient of u is d = y (G - sum(y G)). G counts from
// the best class's, which changes nothing, so that d keeps its digits where y is nearly one-hot; as sum(d) = 0, u and l may
// count from the best class's too.

// What a lane, a part or a row knows of one draw.
struct Found {
  scan: Scan,       // `relaxed` is the sum of w = exp(u - best u)
  reference: f32,   // G of the best class
  weighted: f32,    // the sum of w (G - reference)
}

// What the gradient of a row takes: y is w * scale.
struct Softmax {
  ok: bool,
  best: f32,
  inverse: f32,     // 1 / (T tau)
  scale: f32,
  reference: f32,
  mean: f32,        // sum(y (G - reference))
  logit: f32,       // of the best class
}

fn nothing_weighed() -> Found {
  return Found(nothing_found(), 0.0, 0.0);
}

// The sums of w and of w (G - reference) of a scan, as they are beside a better class.
fn moved(found: Found, best: f32, reference: f32, inverse: f32) -> vec2<f32> {
  if (!is_score(found.scan.key)) {
    return vec2<f32>();
  }
  let relaxed = found.scan.relaxed;
  let weighted = found.weighted + relaxed * (found.reference - reference);
  return vec2<f32>(relaxed, weighted) * decay(score_of_key(found.scan.key) - best, inverse);
}

fn weighted4(keys: vec4<u32>, weights: vec4<f32>, values: vec4<f32>, reference: f32) -> vec4<f32> {
  return select(weights * (values - reference), vec4<f32>(), keys == vec4<u32>(KEY_NONE));
}

// A scan that has also seen a group's keys and gradients.
fn weighed(before: Found, keys: Keys, a: vec4<f32>, b: vec4<f32>, first_class: u32, inverse: f32) -> Found {
  var after = before;
  after.scan = better(before.scan, keys, first_class);
  if (after.scan.key > before.scan.key) {
    let i = after.scan.class_ - first_class;
    after.reference = select(b[i & 3u], a[i & 3u], i < 4u);
  }
  if (after.scan.key != KEY_NONE) {
    let best = score_of_key(after.scan.key);
    let w_a = relaxed4(keys.a, best, inverse);
    let w_b = relaxed4(keys.b, best, inverse);
    let kept = moved(before, best, after.reference, inverse);
    after.scan.relaxed = kept.x + sum8(w_a, w_b);
    after.weighted = kept.y + sum8(
      weighted4(keys.a, w_a, a, after.reference),
      weighted4(keys.b, w_b, b, after.reference),
    );
  }
  return after;
}

// The lanes of a row brought together; all get the result. Uniform control flow only; may be called again.
fn gather_weighed(lane: u32, slot: u32, mine: Found, values_base: u32, inverse: f32) -> Found {
  if (LANES == 1u) {
    return mine;
  }
  var whole = mine;
  whole.scan = gather(lane, slot, mine.scan, 1.0);
  let ok = is_score(whole.scan.key);
  whole.reference = load_value(values_base, select(0u, whole.scan.class_ - params.class_offset, ok));
  let kept = moved(mine, score_of_key(whole.scan.key), whole.reference, inverse);
  whole.scan.relaxed = row_sum(0u, slot, lane, kept.x);
  forget_best();
  whole.weighted = row_sum(1u, slot, lane, kept.y);
  return whole;
}

fn softmax_of(whole: Found, base: u32, inverse: f32) -> Softmax {
  let ok = is_score(whole.scan.key);
  let scale = 1.0 / select(1.0, whole.scan.relaxed, ok);
  return Softmax(
    ok,
    score_of_key(whole.scan.key),
    inverse,
    scale,
    whole.reference,
    whole.weighted * scale,
    bitcast<f32>(load_class(base, select(0u, whole.scan.class_ - params.class_offset, ok))),
  );
}

// d of four classes, 0 for masked ones.
fn gradient4(keys: vec4<u32>, values: vec4<f32>, row: Softmax) -> vec4<f32> {
  let d = relaxed4(keys, row.best, row.inverse) * row.scale * (values - row.reference - row.mean);
  return select(d, vec4<f32>(), keys == vec4<u32>(KEY_NONE));
}

// sum(d u) and sum(d l) / (T tau) over four classes.
fn scale_terms(keys: vec4<u32>, d: vec4<f32>, logits: vec4<u32>, row: Softmax) -> vec2<f32> {
  let masked = keys == vec4<u32>(KEY_NONE);
  // Where a difference is so large that it is bounded, d is 0.
  let u = max((scores4(keys) - row.best) * row.inverse, vec4<f32>(-104.0));
  let l = max((bitcast<vec4<f32>>(logits) - row.logit) * row.inverse, vec4<f32>(LOWEST));
  return vec2<f32>(dot(d, select(u, vec4<f32>(), masked)), dot(d, select(l, vec4<f32>(), masked)));
}

// Adds one draw's gradient of a group's logits to what lies at `out_base`, or writes it if it is the first, and gives the
// group's scale_terms where they are wanted. The group's keys are those of the draw.
fn add_gradient(base: u32, values_base: u32, out_base: u32, c: u32, keys: Keys, row: Softmax, first: bool) -> vec2<f32> {
  var known = keys;
  if (!row.ok) {
    known = Keys(); // all masked: a row without a distribution has gradients of 0
  }
  let d_a = gradient4(known.a, load_values(values_base, c), row);
  let d_b = gradient4(known.b, load_values(values_base, c + 4u), row);
  add_samples(out_base, c, d_a * row.inverse, first);
  add_samples(out_base, c + 4u, d_b * row.inverse, first);
  if (SCALES) {
    return scale_terms(known.a, d_a, load_four(base, c), row) + scale_terms(known.b, d_b, load_four(base, c + 4u), row);
  }
  return vec2<f32>();
}
