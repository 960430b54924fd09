// Reductions over the LANES lanes of a row through workgroup memory. Expects: LANES.
// Same signatures as reduce_subgroup.wgsl. Each call in a kernel takes a `use` of its own, as memory is not reset.
// Uniform control flow only.

var<workgroup> sh_max: array<array<atomic<u32>, 64>, 3>;
var<workgroup> sh_sum: array<f32, 64>;

fn row_max(use_: u32, slot: u32, value: u32) -> u32 {
  if (LANES == 1u) {
    return value;
  }
  atomicMax(&sh_max[use_][slot], value);
  workgroupBarrier();
  return atomicLoad(&sh_max[use_][slot]);
}

// In the order of the lanes.
fn row_sum(slot: u32, lane: u32, value: f32) -> f32 {
  if (LANES == 1u) {
    return value;
  }
  sh_sum[slot * LANES + lane] = value;
  workgroupBarrier();
  var sum = 0.0;
  if (lane == 0u) {
    for (var i = 0u; i < LANES; i++) {
      sum += sh_sum[slot * LANES + i];
    }
  }
  return sum;
}
