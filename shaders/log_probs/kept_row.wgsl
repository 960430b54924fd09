// Gives the classes of the row that is read which filters keep. Same signatures as whole_row.wgsl.

import package::filter::cutoffs::cutoffs;
import package::filter::end::End;
import package::filter::kept::kept_four;
import package::filter::row_end::keep;

fn take_row(row: u32) {
  keep(End(cutoffs[row].key, cutoffs[row].column));
}

// -inf where they are dropped.
fn row_four(bits: vec4<u32>, four: u32) -> vec4<u32> {
  return kept_four(bits, four);
}
