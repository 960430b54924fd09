// Holds how far the kept classes of each row of a dispatch reach. The host counts the bytes: src/operations/sample/plan_filtered.ts.

import package::filter::blocks::MOST_LISTED;
import package::shared::score::is_score;

// Classes of a larger key are kept, and those of this key up to this column.
struct Cutoff {
  key: u32,
  column: u32,
  count: u32,  // of classes that are kept
  top: u32,    // the key of the row's largest logit, or why the row has no distribution
}

@group(0) @binding(31) var<storage, read_write> cutoffs: array<Cutoff>;

// Whether the kept classes are listed, few as they are. A row without a distribution is, too: it has none.
fn is_listed(cutoff: Cutoff) -> bool {
  return cutoff.count <= MOST_LISTED || !is_score(cutoff.top);
}
