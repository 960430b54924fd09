// Lets the lanes of a row agree through workgroup memory. Variants with the same signatures: reduce_lane.wgsl, reduce_subgroup.wgsl.

import package::shared::best::{Best, better_of, no_best};
import package::shared::lanes::LANES;
import package::shared::math::{Rate, decay};

var<workgroup> sh_shared: array<atomic<u32>, 64>;
var<workgroup> sh_best: array<Best, 64>;
var<workgroup> sh_first_sum: array<f32, 64>;
var<workgroup> sh_second_sum: array<f32, 64>;
var<workgroup> sh_max_logit: array<f32, 64>;
var<workgroup> sh_log_sum: array<f32, 64>;

// The key of a bar of the row's, for all its lanes to see sooner or later; 0 before any is shared.
fn share_key(slot: u32, key: u32) {
  atomicMax(&sh_shared[slot], key);
}

fn shared_key(slot: u32) -> u32 {
  return atomicLoad(&sh_shared[slot]);
}

// The best class of the row's lanes; all lanes get it.
// Barriers order what lanes wrote before and read after. Uniform control flow only.
fn row_best(slot: u32, lane: u32, mine: Best) -> Best {
  sh_best[slot * LANES + lane] = mine;
  workgroupBarrier();
  var best = no_best();
  for (var i = slot * LANES; i < (slot + 1u) * LANES; i++) {
    best = better_of(best, sh_best[i]);
  }
  return best;
}

// Before row_best is called again: a barrier must lie between this and the calls before and after.
fn forget_best() {}

// Sums are made in the order of the lanes, so that they are the same each time.
// All lanes get the sum. Between two calls of one of these lies a call of the other, or a barrier. Uniform control flow only.
fn first_row_sum(slot: u32, lane: u32, value: f32) -> f32 {
  sh_first_sum[slot * LANES + lane] = value;
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < LANES; i++) {
    sum += sh_first_sum[slot * LANES + i];
  }
  return sum;
}

fn second_row_sum(slot: u32, lane: u32, value: f32) -> f32 {
  sh_second_sum[slot * LANES + lane] = value;
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < LANES; i++) {
    sum += sh_second_sum[slot * LANES + i];
  }
  return sum;
}

// A lane's largest logit and its sum of exp((l - largest) / T), for the row's after the next barrier.
fn share_log_sum(slot: u32, lane: u32, mine: vec2<f32>) {
  sh_max_logit[slot * LANES + lane] = mine.x;
  sh_log_sum[slot * LANES + lane] = mine.y;
}

// The same of the row, in its lane 0.
fn row_log_sum(slot: u32, lane: u32, mine: vec2<f32>, rate: Rate) -> vec2<f32> {
  var all = mine;
  if (lane == 0u) {
    for (var i = 1u; i < LANES; i++) {
      let other = vec2<f32>(sh_max_logit[slot * LANES + i], sh_log_sum[slot * LANES + i]);
      let m = max(all.x, other.x);
      all = vec2<f32>(m, all.y * decay(all.x, m, rate) + other.y * decay(other.x, m, rate));
    }
  }
  return all;
}
