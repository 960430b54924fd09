// The maximum over the lanes of a row that has the whole workgroup: subgroups first, then workgroup memory.
// Same signature as reduce_workgroup.wgsl. Only where LANES is the workgroup's size.
// Uniform control flow only.

var<workgroup> sh_max: array<atomic<u32>, 3>;

fn row_max(place: u32, slot: u32, value: u32) -> u32 {
  let largest = subgroupMax(value);
  if (subgroupElect()) {
    atomicMax(&sh_max[place], largest);
  }
  workgroupBarrier();
  return atomicLoad(&sh_max[place]);
}
