// Finds the winner of a row that one lane reads, by the high halves of its words alone. A half tells the noise to about a part in
// 2^16 of the uniform. Seldom is the second class so near that low halves and strict arithmetic must decide. Twin of the result:
// src/operations/sample/compute.ts.
//
// The builtin log differs from device to device, within what WGSL allows; `slack` covers that, and what the half leaves
// open. So devices may differ in what is sure, never in what is drawn.

import package::shared::float_bits::{LOWEST, finite4};
import package::shared::gather::{Scan, nothing_found, with_logits};
import package::shared::keys::keys4;
import package::shared::log_probs::LOG_PROBS;
import package::shared::logits::{Base, load_class, load_four};
import package::shared::math::{first4, max4, rate_of};
import package::shared::params::params;
import package::shared::philox::philox4x32;
import package::shared::row_settings::RowSettings;
import package::shared::score::{KEY_NONE, bar_of, is_score, key_of_score, remainders_of, scores_of, terms_of};
import package::shared::validity::{Validity, checked_key, nothing_seen, seen};
import package::shared::words::{TAG_HIGH, gumbel_at, word_at};

override FOURS: u32 = 1u; // vectors of four classes in a row

// Of each of four columns of classes:
struct Contest {
  highest: vec4<f32>,  // the most that a score may reach
  reached: vec4<f32>,  // and surely reaches
  fours: vec4<u32>,    // in this vector
  rivals: vec4<f32>,   // the most that another score of the column may reach
  validity: Validity,
}

struct Likely {
  noise: vec4<f32>,
  slack: vec4<f32>,
}

// Gumbel noise of words with high halves h, where x is 2^16 h, lies within noise - slack and noise + slack. With w = 1 - u, the slack
// is 1/h + 1/(2^16 w) but for a factor: of that, half is the half's width, a sixteenth the error of 2^-21 of log near 1.
fn likely(x: vec4<f32>) -> Likely {
  let w = 65535.5 * 0x1p-16 - x * 0x1p-32;
  return Likely(-log(-log(w)), 1e-5 + 1.1 * 0x1p16 / (max(x, vec4<f32>(0.01 * 0x1p16)) * w));
}

fn contested(before: Contest, bits: vec4<u32>, temperature: f32, x: vec4<f32>, four: u32) -> Contest {
  let logits = finite4(bits);
  let near = likely(x);
  let upper = logits + temperature * (near.noise + near.slack);
  let lower = logits + temperature * (near.noise - near.slack);
  let beats = upper > before.highest;
  return Contest(
    max(before.highest, upper),
    select(before.reached, lower, beats),
    select(before.fours, vec4<u32>(four), beats),
    max(before.rivals, min(upper, before.highest)),
    seen(before.validity, bits, bits),
  );
}

// What a lane knows of its row.
struct Known {
  contest: Contest,
  scan: Scan,  // where log-probabilities are wanted
}

// The same with a group of eight more, whose first vector of four is numbered `four`.
fn with_group(before: Known, base: Base, row: RowSettings, draw: u32, four: u32) -> Known {
  let counter = vec4<u32>((params.class_offset + four * 4u) / 8u, row.stream, row.step, draw + TAG_HIGH);
  let high = philox4x32(counter, row.seed);
  let a = load_four(base, four * 4u);
  let b = load_four(base, four * 4u + 4u);
  var after = before;
  after.contest = contested(before.contest, a, row.temperature, vec4<f32>(high & vec4<u32>(0xffff0000u)), four);
  if (four + 1u < FOURS) {
    after.contest = contested(after.contest, b, row.temperature, vec4<f32>(high * 0x10000u), four + 1u);
  }
  if (LOG_PROBS) {
    after.scan = with_logits(before.scan, a, b, rate_of(row.temperature, 1.0));
  }
  return after;
}

fn contest(base: Base, row: RowSettings, draw: u32) -> Scan {
  let none = vec4<f32>(LOWEST);
  var known = Known(Contest(none, none, vec4<u32>(), none, nothing_seen()), nothing_found());
  // Software adapters keep what a loop changes in memory: without one they take three quarters of the time.
  if (FOURS <= 8u) {
    known = with_group(known, base, row, draw, 0u);
    if (FOURS > 2u) { known = with_group(known, base, row, draw, 2u); }
    if (FOURS > 4u) { known = with_group(known, base, row, draw, 4u); }
    if (FOURS > 6u) { known = with_group(known, base, row, draw, 6u); }
  } else {
    for (var four = 0u; four < FOURS; four += 2u) {
      known = with_group(known, base, row, draw, four);
    }
  }
  let c = known.contest;
  var found = known.scan;
  let top = max4(c.highest);
  let column = min(first4(c.highest == vec4<f32>(top)), 3u);
  // Also open where every class is masked, or as low as none: the bar is LOWEST there.
  let bar = bar_of(c.reached[column], row.temperature);
  let near = select(vec4<u32>(), vec4<u32>(1u), c.highest >= vec4<f32>(bar));
  let open = near.x + near.y + near.z + near.w > 1u || any(c.rivals >= vec4<f32>(bar));
  found.class_ = params.class_offset + c.fours[column] * 4u + column;
  found.key = checked_key(key_of_score(top), c.validity, row.temperature);
  return decided(found, base, row, draw, is_score(found.key) && open);
}

// Where the contest is open, by all words in strict arithmetic: small rather than fast.
fn decided(contest: Scan, base: Base, row: RowSettings, draw: u32, open: bool) -> Scan {
  var found = contest;
  found.key = select(contest.key, KEY_NONE, open);
  for (var c = select(params.classes, 0u, open); c < params.classes; c++) {
    let class_ = params.class_offset + c;
    let word = word_at(class_, row, draw);
    let logits = vec4<u32>(load_class(base, c));
    let terms = terms_of(logits, row.temperature, vec4<f32>(gumbel_at(word, class_, row, draw)));
    let key = keys4(logits, terms).x;
    let remainder = remainders_of(terms, scores_of(terms)).x;
    if (key > found.key || (key == found.key && remainder > found.remainder)) {
      found.key = key;
      found.remainder = remainder;
      found.class_ = class_;
    }
  }
  return found;
}
