// What scans found, and the lanes of a row brought together. Expects: score, reduce_*, LANES, LOG_PROBS.

// What a lane, a part or a row knows: its best class so far, and the sum of exp((l - max_logit) / T).
struct Scan {
  key: u32,        // ordered bits of the best score; KEY_NONE, KEY_POSITIVE_INFINITY or KEY_NAN
  class_: u32,     // number of that class in the vocabulary
  logit: f32,      // and its logit
  max_logit: f32,
  sum: f32,        // where log-probabilities are wanted
  relaxed: f32,    // sum of exp((score - best score) / (T tau)), for Gumbel-softmax
}

const LOWEST = -0x1.fffffep+127;

fn nothing_found() -> Scan {
  return Scan(KEY_NONE, 0u, 0.0, LOWEST, 0.0, 0.0);
}

fn max4(v: vec4<f32>) -> f32 {
  return max(max(v.x, v.y), max(v.z, v.w));
}

fn mask4(v: vec4<bool>) -> u32 {
  let bits = select(vec4<u32>(), vec4<u32>(1u, 2u, 4u, 8u), v);
  return bits.x | bits.y | bits.z | bits.w;
}

fn sum8(a: vec4<f32>, b: vec4<f32>) -> f32 {
  let sums = a + b;
  return (sums.x + sums.y) + (sums.z + sums.w);
}

// exp(difference * inverse) for differences up to 0, and 0 where that underflows.
fn decay4(difference: vec4<f32>, inverse: f32) -> vec4<f32> {
  return exp(max(difference * inverse, vec4<f32>(-104.0)));
}

fn decay(difference: f32, inverse: f32) -> f32 {
  return exp(max(difference * inverse, -104.0));
}

// 1 / T; T = 0 has log-probabilities of its own.
fn inverse_of(temperature: f32) -> f32 {
  return 1.0 / select(temperature, 1.0, temperature == 0.0);
}

// The relaxed sum of a scan, as it is beside a better score.
fn rescaled(found: Scan, best: f32, inverse: f32) -> f32 {
  if (!is_score(found.key)) {
    return 0.0;
  }
  return found.relaxed * decay(score_of_key(found.key) - best, inverse);
}

// A scan that has also seen a group's logits, for log-probabilities.
fn with_logits(before: Scan, a: vec4<u32>, b: vec4<u32>, inverse: f32) -> Scan {
  let x = bitcast<vec4<f32>>(a);
  let y = bitcast<vec4<f32>>(b);
  var after = before;
  after.max_logit = max(before.max_logit, max4(max(x, y)));
  after.sum = before.sum * decay(before.max_logit - after.max_logit, inverse)
    + sum8(decay4(x - after.max_logit, inverse), decay4(y - after.max_logit, inverse));
  return after;
}

var<workgroup> sh_sum: array<array<f32, 64>, 2>;

// The sum over the lanes of a row, in their order, so that it is the same each time; all lanes get it.
// Each call in a kernel takes a `place` of its own. Uniform control flow only.
fn row_sum(place: u32, slot: u32, lane: u32, value: f32) -> f32 {
  if (LANES == 1u) {
    return value;
  }
  sh_sum[place][slot * LANES + lane] = value;
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < LANES; i++) {
    sum += sh_sum[place][slot * LANES + i];
  }
  return sum;
}

// Uniform control flow only. The winner's logit is still the lane's own, and so is the relaxed sum.
fn gather(lane: u32, slot: u32, mine: Scan, temperature: f32) -> Scan {
  var whole = mine;
  whole.key = row_max(0u, slot, mine.key);
  // Ties go to the lowest class: the largest complement.
  whole.class_ = ~row_max(1u, slot, select(0u, ~mine.class_, mine.key == whole.key));
  if (LOG_PROBS) {
    whole.max_logit = score_of_key(row_max(2u, slot, key_of_score(mine.max_logit)));
    whole.sum = row_sum(0u, slot, lane, mine.sum * decay(mine.max_logit - whole.max_logit, inverse_of(temperature)));
  }
  return whole;
}
