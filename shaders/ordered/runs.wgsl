// Holds runs of each row's classes that are in order, the best first: of a run of groups of eight classes the first order_count. The host counts
// the bytes: src/operations/sample/plan_ordered.ts.

import package::shared::best::Best;
import package::shared::params::params;

@group(0) @binding(86) var<storage, read_write> runs_in: array<Best>;

// Classes that a run of so many groups keeps.
fn length_of_run(groups: u32) -> u32 {
  return min(params.order_count, 8u * groups);
}

fn groups_of_row() -> u32 {
  return (params.classes + 7u) / 8u;
}
