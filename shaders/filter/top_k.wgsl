// Bounds the k-th largest logit of a row by the largest of its blocks: at least k classes reach the k-th largest of those. All lanes of the
// workgroup call, in uniform control flow.

import package::filter::blocks::blocks_of_row;
import package::filter::tops_out::tops;
import package::shared::lanes::WORKGROUP;
import package::shared::score::KEY_LOWEST;

var<workgroup> sh_tops: array<atomic<u32>, 256>; // how many blocks have this byte of their keys
var<workgroup> sh_place: vec2<u32>;

// A key of which bytes after the second are 0.
fn bound_of_largest(row: u32, k: u32, lane: u32) -> u32 {
  let blocks = blocks_of_row();
  if (k > blocks) {
    return KEY_LOWEST;
  }
  let first = kth_byte(row, k, 0u, 24u, lane);
  let second = kth_byte(row, first.y, first.x, 16u, lane);
  return max(second.x, KEY_LOWEST);
}

// The byte at `shift` of the k-th largest top, among those whose bytes above are `prefix`, with the prefix; and its place among those
// that also have this byte.
fn kth_byte(row: u32, k: u32, prefix: u32, shift: u32, lane: u32) -> vec2<u32> {
  for (var i = lane; i < 256u; i += WORKGROUP) {
    atomicStore(&sh_tops[i], 0u);
  }
  workgroupBarrier();
  let blocks = blocks_of_row();
  for (var block = lane; block < blocks; block += WORKGROUP) {
    let top = tops[row * blocks + block];
    if (shift == 24u || top >> 24u == prefix >> 24u) {
      atomicAdd(&sh_tops[(top >> shift) & 0xffu], 1u);
    }
  }
  workgroupBarrier();
  if (lane == 0u) {
    var left = k;
    var byte = 255u;
    var here = atomicLoad(&sh_tops[byte]);
    while (here < left) {
      left -= here;
      byte--;
      here = atomicLoad(&sh_tops[byte]);
    }
    sh_place = vec2<u32>(prefix | (byte << shift), left);
  }
  return workgroupUniformLoad(&sh_place);
}
