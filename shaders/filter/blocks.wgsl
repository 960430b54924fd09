// Sizes of what filters work on. The host has the same: src/operations/sample/plan_filtered.ts.

import package::shared::params::params;

const BLOCK_FOURS = 16u;          // vectors of four classes in a block
const BLOCK = 4u * BLOCK_FOURS;   // classes in a block
const MOST_LISTED = 512u;         // kept classes of a row that are listed

fn blocks_of_row() -> u32 {
  return (params.classes + 63u) / 64u;
}
