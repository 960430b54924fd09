// Holds what scans found, and brings the lanes of a row together. The host counts the bytes of `Scan`: src/gpu/modules.ts.

import package::shared::best::Best;
import package::shared::float_bits::{LOWEST, finite4, masked4};
import package::shared::log_probs::LOG_PROBS;
import package::shared::math::{Rate, decay, decay4, max4, rate_of, sum8};
import package::shared::reduce_workgroup::{row_best, row_log_sum, share_log_sum};
import package::shared::score::{KEY_NONE, is_score, score_of_key};

// What a lane, a part or a row knows: its best class so far, and the sum of exp((l - max_logit) / T).
struct Scan {
  key: u32,        // ordered bits of the best score; KEY_NONE, KEY_POSITIVE_INFINITY or KEY_NAN
  remainder: f32,  // what the exact sum has beyond that score
  class_: u32,     // number of that class in the vocabulary
  logit: f32,      // and its logit
  max_logit: f32,
  sum: f32,        // where log-probabilities are wanted
  relaxed: f32,    // sum of exp((score - best score) / (T tau)), for Gumbel-softmax
}

fn nothing_found() -> Scan {
  return Scan(KEY_NONE, 0.0, 0u, 0.0, LOWEST, 0.0, 0.0);
}

// The relaxed sum of a scan, as it is beside a better score.
fn rescaled(found: Scan, best: f32, rate: Rate) -> f32 {
  if (!is_score(found.key)) {
    return 0.0;
  }
  return found.relaxed * decay(score_of_key(found.key), best, rate);
}

// A scan that has also seen a group's logits, for log-probabilities.
fn with_logits(before: Scan, a: vec4<u32>, b: vec4<u32>, rate: Rate) -> Scan {
  let x = finite4(a);
  let y = finite4(b);
  var after = before;
  after.max_logit = max(before.max_logit, max4(max(x, y)));
  // Where the largest is LOWEST, masked classes would count as well.
  after.sum = before.sum * decay(before.max_logit, after.max_logit, rate) + sum8(
    select(decay4(x, after.max_logit, rate), vec4<f32>(), masked4(a)),
    select(decay4(y, after.max_logit, rate), vec4<f32>(), masked4(b)),
  );
  return after;
}

// Uniform control flow only. Whole in lane 0 of the row, in other lanes but for the log-sum; the winner's logit and the
// relaxed sum are still the lane's own.
fn gather(lane: u32, slot: u32, mine: Scan, temperature: f32) -> Scan {
  let log_sum = vec2<f32>(mine.max_logit, mine.sum);
  if (LOG_PROBS) {
    share_log_sum(slot, lane, log_sum);
  }
  let best = row_best(slot, lane, Best(mine.key, mine.remainder, mine.class_));
  var whole = mine;
  whole.key = best.key;
  whole.remainder = best.remainder;
  whole.class_ = best.class_;
  if (LOG_PROBS) {
    let row = row_log_sum(slot, lane, log_sum, rate_of(temperature, 1.0));
    whole.max_logit = row.x;
    whole.sum = row.y;
  }
  return whole;
}
