// The lanes of a row agree through workgroup memory. Expects: LANES.
// Same signatures as reduce_lane.wgsl and reduce_subgroup.wgsl.

var<workgroup> sh_shared: array<atomic<u32>, 64>;
var<workgroup> sh_keys: array<u32, 64>;
var<workgroup> sh_classes: array<u32, 64>;

// The key of a bar of the row's, for all its lanes to see sooner or later; 0 before any is shared.
fn share_key(slot: u32, key: u32) {
  atomicMax(&sh_shared[slot], key);
}

fn shared_key(slot: u32) -> u32 {
  return atomicLoad(&sh_shared[slot]);
}

// The largest key of the row's lanes and the lowest class that has it; all lanes get it.
// Barriers order what lanes wrote before and read after. Uniform control flow only.
fn row_best(slot: u32, lane: u32, key: u32, class_: u32) -> vec2<u32> {
  sh_keys[slot * LANES + lane] = key;
  sh_classes[slot * LANES + lane] = class_;
  workgroupBarrier();
  var best = vec2<u32>(0u, 0xffffffffu);
  for (var i = slot * LANES; i < (slot + 1u) * LANES; i++) {
    let other = sh_keys[i];
    let lowest = min(select(0xffffffffu, best.y, other <= best.x), select(0xffffffffu, sh_classes[i], other >= best.x));
    best = vec2<u32>(max(best.x, other), lowest);
  }
  return best;
}

// Before row_best is called again: a barrier must lie between this and the calls before and after.
fn forget_best() {}
