// Reductions over the lanes of a row that has the whole workgroup: subgroups first, then workgroup memory.
// Same signatures as reduce_workgroup.wgsl; the sum may round otherwise. Only where LANES is the workgroup's size.
// Uniform control flow only.

var<workgroup> sh_max: array<atomic<u32>, 3>;
var<workgroup> sh_sum: array<f32, 64>;
var<workgroup> sh_sums: atomic<u32>;

fn row_max(use_: u32, slot: u32, value: u32) -> u32 {
  let largest = subgroupMax(value);
  if (subgroupElect()) {
    atomicMax(&sh_max[use_], largest);
  }
  workgroupBarrier();
  return atomicLoad(&sh_max[use_]);
}

fn row_sum(slot: u32, lane: u32, value: f32) -> f32 {
  let part = subgroupAdd(value);
  if (subgroupElect()) {
    sh_sum[atomicAdd(&sh_sums, 1u)] = part;
  }
  workgroupBarrier();
  var sum = 0.0;
  if (lane == 0u) {
    let count = atomicLoad(&sh_sums);
    for (var i = 0u; i < count; i++) {
      sum += sh_sum[i];
    }
  }
  return sum;
}
