// Holds inclusive sums of masses of the classes of each block, low words first.

import package::filter::blocks::BLOCK;

@group(0) @binding(41) var<storage, read_write> class_sums: array<vec2<u32>>;

// The place of the first class of the block at a place.
fn first_class_of(block: u32) -> u32 {
  return block * BLOCK;
}
