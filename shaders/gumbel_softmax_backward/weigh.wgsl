// The first pass of the gradient over rows that are not held: finds what the softmax takes. Where a row has one draw, it leaves the
// scores where the gradient will lie, for the second pass to read.

import package::gumbel_softmax_backward::found::{Found, nothing_weighed, weighed};
import package::shared::keys::scored_of;
import package::shared::lanes::LANES;
import package::shared::logits::{Base, load_four};
import package::shared::math::rate_of;
import package::shared::one_draw::ONE_DRAW;
import package::shared::params::params;
import package::shared::row_settings::RowSettings;
import package::shared::rows_in_f32::load_rows_in;
import package::shared::rows_out_f32::store_words;
import package::shared::validity::{checked_key, nothing_seen, seen};

// First pass over the groups [first, end): what the lane finds.
fn weigh(base: Base, in_base: u32, out_base: u32, row: RowSettings, draw: u32, first: u32, end: u32, lane: u32) -> Found {
  let rate = rate_of(row.temperature, row.tau);
  var mine = nothing_weighed();
  var validity = nothing_seen();
  for (var group = first + lane; group < end; group += LANES) {
    let c = group * 8u;
    let a = load_four(base, c);
    let b = load_four(base, c + 4u);
    validity = seen(validity, a, b);
    let scored = scored_of(a, b, true, group, row, draw);
    if (ONE_DRAW) {
      store_words(out_base, c, scored.keys.a);
      store_words(out_base, c + 4u, scored.keys.b);
    }
    let g_a = load_rows_in(in_base, c);
    let g_b = load_rows_in(in_base, c + 4u);
    mine = weighed(mine, scored, g_a, g_b, params.class_offset + c, rate);
  }
  mine.scan.key = checked_key(mine.scan.key, validity, row.temperature);
  return mine;
}

