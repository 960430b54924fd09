// Adds up what the lanes of a range found, where they are a whole workgroup. Variant with the same signature: sum_of_lane.wgsl.

var<workgroup> sh_sum: array<atomic<u32>, 2>;

// All lanes get the sum. Uniform control flow only.
fn sum_of_lanes(mine: vec2<u32>) -> vec2<u32> {
  atomicAdd(&sh_sum[0], mine.x);
  atomicAdd(&sh_sum[1], mine.y);
  workgroupBarrier();
  return vec2<u32>(atomicLoad(&sh_sum[0]), atomicLoad(&sh_sum[1]));
}
