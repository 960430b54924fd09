// Says where the kept classes of the row end that an invocation reads.

import package::filter::end::End;

var<private> row_end: End;

fn keep(end: End) {
  row_end = end;
}
