// Decides by what a test has added up.
//
// Masses are of exp(x), x = (l - largest) / T from -28 to 0. For integers that decide, mass.wgsl has a strict exp2 instead, which is within
// 1.1e-6. Here exp is within 3 + 2 |x| units in the last place, 7e-6, and x within 6 units, which make 2e-5; a sum goes through at most some
// 2,300 additions, 1.4e-4; lighter classes weigh less than 2e-6 together. ERROR is more than all that.

import package::filter::end::End;
import package::nucleus::parts::nucleus_parts;
import package::nucleus::rows::{BEGUN, DECIDED, DRAWN, FIRST, LEFT, NEAR, SPARSE, Stage, nucleus_rows};
import package::shared::params::params;
import package::shared::row_settings_uniform::row_settings_of;

const ERROR = 0x1p-12;

// The end of the classes before one; there is one.
fn end_before(key: u32, column: u32) -> End {
  return End(key + select(0u, 1u, column == 0u), column - 1u);
}

// What the next draw of a row is among, or its class.
fn stage_after(row: u32) -> Stage {
  var stage = nucleus_rows[row].tested;
  if (stage.state <= DECIDED) {
    return stage;
  }
  if (stage.state == BEGUN) {
    stage.state = select(FIRST, SPARSE, nucleus_rows[row].sparse_line > 0u);
    return stage;
  }
  let top_p = row_settings_of(params.first_row + row).top_p;
  var mass = 0.0;
  var above = 0.0;
  var before = 0.0;
  for (var part = 0u; part < params.total_parts; part++) {
    let found = nucleus_parts[row * params.total_parts + part];
    mass += found.mass;
    above += found.above;
    before += found.before;
  }
  let most = top_p * (mass + stage.skipped) * (1.0 + ERROR);
  if (stage.state == SPARSE && above * (1.0 - ERROR) < most) {
    stage = nucleus_rows[row].wide;
    stage.state = FIRST;
    return stage;
  }
  // Nothing is before the first class, which is always kept.
  if (top_p >= 1.0 || before == 0.0 || before * (1.0 + ERROR) < top_p * mass * (1.0 - ERROR)) {
    stage.state = DECIDED;
  } else if (before * (1.0 - ERROR) > most) {
    let end = end_before(stage.key, stage.column);
    stage = Stage(DRAWN, end.key, end.column, stage.skipped);
  } else {
    stage.state = select(LEFT, NEAR, stage.skipped > 0.0);
    stage.skipped = 0.0;
  }
  return stage;
}
