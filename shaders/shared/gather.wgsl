// What scans found, and the lanes of a row brought together. Expects: score, reduce_*, LOG_PROBS.

// What a lane, a part or a row knows: its best class so far, and the sum of exp((l - max_logit) / T).
struct Scan {
  key: u32,        // ordered bits of the best score; KEY_NONE, KEY_POSITIVE_INFINITY or KEY_NAN
  class_: u32,     // number of that class in the vocabulary
  logit: f32,      // and its logit
  max_logit: f32,
  sum: f32,
}

const LOWEST = -0x1.fffffep+127;

// exp((from - to) / T) for from <= to, 0 where it would underflow.
fn decay(difference: f32, inverse: f32) -> f32 {
  return exp(max(difference * inverse, -100.0));
}

// 1 / T; T = 0 has log-probabilities of its own.
fn inverse_of(temperature: f32) -> f32 {
  return 1.0 / select(temperature, 1.0, temperature == 0.0);
}

// Uniform control flow only. The result is whole in lane 0 of the row; the winner's logit is still the lane's own.
fn gather(lane: u32, slot: u32, mine: Scan, temperature: f32) -> Scan {
  var whole = mine;
  whole.key = row_max(0u, slot, mine.key);
  // Ties go to the lowest class: the largest complement.
  whole.class_ = ~row_max(1u, slot, select(0u, ~mine.class_, mine.key == whole.key));
  if (LOG_PROBS) {
    whole.max_logit = score_of_key(row_max(2u, slot, key_of_score(mine.max_logit)));
    whole.sum = row_sum(slot, lane, mine.sum * decay(mine.max_logit - whole.max_logit, inverse_of(temperature)));
  }
  return whole;
}
