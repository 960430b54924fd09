// Sums over the lanes of a row through workgroup memory, in the order of the lanes, so that they are the same each time.
// Expects: LANES, LOG_PROBS; gather. Beside reduce_workgroup and reduce_subgroup.

var<workgroup> sh_sum: array<array<f32, 64>, 2>;
var<workgroup> sh_max_logit: array<f32, 64>;
var<workgroup> sh_log_sum: array<f32, 64>;

// All lanes get the sum. Each call in a kernel takes a `place` of its own. Uniform control flow only.
fn row_sum(place: u32, slot: u32, lane: u32, value: f32) -> f32 {
  sh_sum[place][slot * LANES + lane] = value;
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < LANES; i++) {
    sum += sh_sum[place][slot * LANES + i];
  }
  return sum;
}

// A lane's largest logit and its sum of exp((l - largest) / T), for the row's after the next barrier.
fn share_log_sum(slot: u32, lane: u32, mine: vec2<f32>) {
  sh_max_logit[slot * LANES + lane] = mine.x;
  sh_log_sum[slot * LANES + lane] = mine.y;
}

// The same of the row, in its lane 0.
fn row_log_sum(slot: u32, lane: u32, mine: vec2<f32>, inverse: f32) -> vec2<f32> {
  var all = mine;
  if (lane == 0u) {
    for (var i = 1u; i < LANES; i++) {
      let other = vec2<f32>(sh_max_logit[slot * LANES + i], sh_log_sum[slot * LANES + i]);
      let m = max(all.x, other.x);
      all = vec2<f32>(m, all.y * decay(all.x - m, inverse) + other.y * decay(other.x - m, inverse));
    }
  }
  return all;
}
