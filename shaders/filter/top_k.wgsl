// Bounds the k-th class of a row by the largest classes of its blocks: at least k classes are no later than the k-th of those, blocks in the
// order of their largest logits, of equal ones the lower block first. All lanes of the workgroup call, in uniform control flow.

import package::filter::blocks::blocks_of_row;
import package::filter::end::End;
import package::filter::memory::{BINS, sh_counts};
import package::filter::tops_out::tops;
import package::shared::lanes::WORKGROUP;
import package::shared::score::KEY_LOWEST;

// What is known of the k-th block.
struct Place {
  key: u32,    // the first bytes of its key
  block: u32,  // and, after those, of what its number is below 2^16
  left: u32,   // its place among the blocks that have these bytes
  here: u32,   // and their number
}

var<workgroup> sh_place: Place;

const FEW = 8u; // blocks more than k that are let in, rather than told apart

fn bound_of_largest(row: u32, k: u32, lane: u32) -> End {
  if (k > blocks_of_row()) {
    return End(KEY_LOWEST, 0xffffffffu);
  }
  var place = Place(0u, 0u, k, 0u);
  for (var turn = 0u; turn < 6u; turn++) {
    count_bytes(row, place, turn, lane);
    if (lane == 0u) {
      sh_place = place_after(place, turn);
    }
    place = workgroupUniformLoad(&sh_place);
    if (turn > 0u && place.here <= place.left + FEW && turn < 4u) {
      return End(max(place.key, KEY_LOWEST), 0xffffffffu);
    }
  }
  return End(max(place.key, KEY_LOWEST), 64u * (0xffffu - place.block) + 63u);
}

// A byte of a block's place in the order.
fn byte_of(top: u32, block: u32, turn: u32) -> u32 {
  let word = select(top, (0xffffu - block) << 16u, turn > 3u);
  return (word >> (24u - 8u * (turn & 3u))) & 0xffu;
}

// How many of the blocks that have the bytes before have each byte after them.
fn count_bytes(row: u32, place: Place, turn: u32, lane: u32) {
  for (var i = lane; i < BINS; i += WORKGROUP) {
    atomicStore(&sh_counts[i], 0u);
  }
  workgroupBarrier();
  let blocks = blocks_of_row();
  // Of the key all bytes before this one; a shift by 32 is none.
  let shift = 32u - 8u * min(turn, 4u);
  for (var block = lane; block < blocks; block += WORKGROUP) {
    let top = tops[row * blocks + block];
    let other = (top ^ place.key) >> min(shift, 31u);
    let other_block = ((0xffffu - block) ^ place.block) >> 8u;
    if ((turn == 0u || other == 0u) && (turn < 5u || other_block == 0u)) {
      atomicAdd(&sh_counts[byte_of(top, block, turn)], 1u);
    }
  }
  workgroupBarrier();
}

fn place_after(before: Place, turn: u32) -> Place {
  var place = before;
  var byte = 255u;
  place.here = atomicLoad(&sh_counts[byte]);
  while (place.here < place.left) {
    place.left -= place.here;
    byte--;
    place.here = atomicLoad(&sh_counts[byte]);
  }
  if (turn < 4u) {
    place.key |= byte << (24u - 8u * turn);
  } else {
    place.block |= byte << (40u - 8u * turn);
  }
  return place;
}
