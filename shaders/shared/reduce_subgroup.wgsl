// The lanes of a row that has the whole workgroup agree through subgroups first, then through workgroup memory.
// Same signatures as reduce_lane.wgsl and reduce_workgroup.wgsl. Only where LANES is the workgroup's size.

var<workgroup> sh_shared: atomic<u32>;
var<workgroup> sh_keys: array<u32, 64>;
var<workgroup> sh_classes: array<u32, 64>;
var<workgroup> sh_count: atomic<u32>;

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
