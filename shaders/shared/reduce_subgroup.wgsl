// Lets the 64 lanes of a row agree through subgroups first, then through workgroup memory. Same signatures as reduce_workgroup.wgsl.

import package::shared::lanes::LANES;
import package::shared::math::{Rate, decay};

enable subgroups;

var<workgroup> sh_shared: atomic<u32>;
var<workgroup> sh_keys: array<u32, 64>;
var<workgroup> sh_classes: array<u32, 64>;
var<workgroup> sh_count: atomic<u32>;
var<workgroup> sh_sum: array<array<f32, 64>, 2>;
var<workgroup> sh_max_logit: array<f32, 64>;
var<workgroup> sh_log_sum: array<f32, 64>;

fn share_key(slot: u32, key: u32) {
  atomicMax(&sh_shared, key);
}

fn shared_key(slot: u32) -> u32 {
  return atomicLoad(&sh_shared);
}

fn row_best(slot: u32, lane: u32, key: u32, class_: u32) -> vec2<u32> {
  let largest = subgroupMax(key);
  let first = subgroupMin(select(0xffffffffu, class_, key == largest));
  if (subgroupElect()) {
    let place = atomicAdd(&sh_count, 1u);
    sh_keys[place] = largest;
    sh_classes[place] = first;
  }
  workgroupBarrier();
  var best = vec2<u32>(0u, 0xffffffffu);
  let count = atomicLoad(&sh_count);
  for (var i = 0u; i < count; i++) {
    let other = sh_keys[i];
    let lowest = min(select(0xffffffffu, best.y, other <= best.x), select(0xffffffffu, sh_classes[i], other >= best.x));
    best = vec2<u32>(max(best.x, other), lowest);
  }
  return best;
}

fn forget_best() {
  atomicStore(&sh_count, 0u);
}

// All lanes get the sum. Each call in a kernel takes a `place` of its own. Uniform control flow only.
fn row_sum(place: u32, slot: u32, lane: u32, value: f32) -> f32 {
  sh_sum[place][lane] = value;
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < LANES; i++) {
    sum += sh_sum[place][i];
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
