// Holds inclusive sums of masses of the vectors of four classes of each block, low words first.

import package::filter::blocks::BLOCK_FOURS;

@group(0) @binding(41) var<storage, read_write> four_sums: array<vec2<u32>>;

// The place of the first four of the block at a place.
fn first_four_of(block: u32) -> u32 {
  return block * BLOCK_FOURS;
}
