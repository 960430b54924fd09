// The two passes of Gumbel-softmax over rows that are not held.

import package::gumbel_softmax::samples_out::{finish_of, store_keys};
import package::shared::gather::{Scan, nothing_found, rescaled, with_logits};
import package::shared::keys::{Keys, better, relaxed4, scored_of};
import package::shared::lanes::LANES;
import package::shared::log_probs::LOG_PROBS;
import package::shared::logits::{Base, load_four};
import package::shared::math::{rate_of, sum8};
import package::shared::params::params;
import package::shared::row_settings::RowSettings;
import package::shared::rows_out_f32::{HOLDS_KEYS, held_words, store_words};
import package::shared::score::{KEY_NONE, best_of};
import package::shared::validity::{checked_key, nothing_seen, seen};

// First pass over the groups [first, end): the lane's scan, and scores left where samples will lie.
fn relax(base: Base, out_base: u32, row: RowSettings, draw: u32, first: u32, end: u32, lane: u32) -> Scan {
  let rate = rate_of(row.temperature, 1.0);
  let relaxed_rate = rate_of(row.temperature, row.tau);
  var mine = nothing_found();
  var validity = nothing_seen();
  for (var group = first + lane; group < end; group += LANES) {
    let c = group * 8u;
    let a = load_four(base, c);
    let b = load_four(base, c + 4u);
    validity = seen(validity, a, b);
    let scored = scored_of(a, b, true, group, row, draw);
    let keys = scored.keys;
    store_words(out_base, c, keys.a);
    store_words(out_base, c + 4u, keys.b);
    if (LOG_PROBS) {
      mine = with_logits(mine, a, b, rate);
    }
    let before = mine;
    mine = better(mine, scored, params.class_offset + c);
    let best = best_of(mine.key);
    if (mine.key != KEY_NONE) {
      let terms = sum8(relaxed4(keys.a, best, relaxed_rate), relaxed4(keys.b, best, relaxed_rate));
      mine.relaxed = rescaled(before, best, relaxed_rate) + terms;
    }
  }
  mine.key = checked_key(mine.key, validity, row.temperature);
  return mine;
}

// Second pass: samples from scores, for the row's gathered scan.
fn normalise(base: Base, out_base: u32, row: RowSettings, draw: u32, first: u32, end: u32, lane: u32, whole: Scan) {
  let finish = finish_of(out_base, whole, row);
  for (var group = first + lane; group < end; group += LANES) {
    let c = group * 8u;
    var keys: Keys;
    if (HOLDS_KEYS) {
      keys = Keys(held_words(out_base, c), held_words(out_base, c + 4u));
    } else {
      keys = scored_of(load_four(base, c), load_four(base, c + 4u), true, group, row, draw).keys;
    }
    store_keys(keys.a, c, finish);
    store_keys(keys.b, c + 4u, finish);
  }
}
