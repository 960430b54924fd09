// The maximum over the LANES lanes of a row through workgroup memory; all lanes get it. Expects: LANES.
// Same signature as reduce_subgroup.wgsl. Each call in a kernel takes a `place` of its own, as memory is not reset.
// Uniform control flow only.

var<workgroup> sh_max: array<array<atomic<u32>, 64>, 3>;

fn row_max(place: u32, slot: u32, value: u32) -> u32 {
  if (LANES == 1u) {
    return value;
  }
  atomicMax(&sh_max[place][slot], value);
  workgroupBarrier();
  return atomicLoad(&sh_max[place][slot]);
}
