// Lets the 64 lanes of a row agree through subgroups first, then through workgroup memory. Same signatures as reduce_workgroup.wgsl.
//
// Workgroup memory is as little as will do: SwiftShader compiles a store for each word of it, which takes it half a millisecond or more.

import package::shared::best::{Best, better_of, no_best};
import package::shared::float_bits::LOWEST;
import package::shared::lanes::LANES;
import package::shared::math::{Rate, decay};

enable subgroups;

var<workgroup> sh_shared: atomic<u32>;
var<workgroup> sh_best: array<Best, 16>; // a subgroup has four lanes or more
var<workgroup> sh_count: atomic<u32>;
var<workgroup> sh_first_sum: array<f32, 64>;
var<workgroup> sh_second_sum: array<f32, 64>;
var<workgroup> sh_max_logit: array<f32, 64>;
var<workgroup> sh_log_sum: array<f32, 64>;

fn share_key(slot: u32, key: u32) {
  atomicMax(&sh_shared, key);
}

fn shared_key(slot: u32) -> u32 {
  return atomicLoad(&sh_shared);
}

fn row_best(slot: u32, lane: u32, mine: Best) -> Best {
  let key = subgroupMax(mine.key);
  let remainder = subgroupMax(select(LOWEST, mine.remainder, mine.key == key));
  let first = subgroupMin(select(0xffffffffu, mine.class_, mine.key == key && mine.remainder == remainder));
  if (subgroupElect()) {
    sh_best[atomicAdd(&sh_count, 1u)] = Best(key, remainder, first);
  }
  workgroupBarrier();
  var best = no_best();
  let count = atomicLoad(&sh_count);
  for (var i = 0u; i < count; i++) {
    best = better_of(best, sh_best[i]);
  }
  return best;
}

fn forget_best() {
  atomicStore(&sh_count, 0u);
}

fn first_row_sum(slot: u32, lane: u32, value: f32) -> f32 {
  sh_first_sum[lane] = value;
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < LANES; i++) {
    sum += sh_first_sum[i];
  }
  return sum;
}

fn second_row_sum(slot: u32, lane: u32, value: f32) -> f32 {
  sh_second_sum[lane] = value;
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < LANES; i++) {
    sum += sh_second_sum[i];
  }
  return sum;
}

// A lane's largest logit and its sum of exp((l - largest) / T), for the row's after the next barrier.
fn share_log_sum(slot: u32, lane: u32, mine: vec2<f32>) {
  sh_max_logit[lane] = mine.x;
  sh_log_sum[lane] = mine.y;
}

// The same of the row, in its lane 0.
fn row_log_sum(slot: u32, lane: u32, mine: vec2<f32>, rate: Rate) -> vec2<f32> {
  var all = mine;
  if (lane == 0u) {
    for (var i = 1u; i < LANES; i++) {
      let other = vec2<f32>(sh_max_logit[i], sh_log_sum[i]);
      let m = max(all.x, other.x);
      all = vec2<f32>(m, all.y * decay(all.x, m, rate) + other.y * decay(other.x, m, rate));
    }
  }
  return all;
}
