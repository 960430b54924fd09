// Holds sums of masses of each row's blocks in the order of classes, low words first: first of each block, then, inclusive, of all up to it.
// The host counts the bytes, here and in class_sums.wgsl: src/operations/sample/plan_inverse_cdf.ts.

import package::filter::blocks::blocks_of_row;

@group(0) @binding(40) var<storage, read_write> block_sums: array<vec2<u32>>;

// The place of a row's first block.
fn first_block_of(row: u32) -> u32 {
  return row * blocks_of_row();
}
