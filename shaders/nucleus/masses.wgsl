// Adds up the masses of few blocks while a row is drawn from: few of their classes may be kept, so that a lane goes by the groups that hold
// none. Variant with the same signatures: without_masses.wgsl.

import package::filter::end::are_kept;
import package::filter::keys::keys_of_bits;
import package::filter::row_end::row_end;
import package::nucleus::groups::{next_group, row_reach};
import package::nucleus::rows::SPARSE;
import package::shared::float_bits::finite4;
import package::shared::logits::{Base, load_four};
import package::shared::math::{Rate, decay4, sum8};

const ADDS_MASSES = true;

var<private> row_base: Base;   // where the logits of the row begin
var<private> row_largest: f32;
var<private> row_rate: Rate;
var<private> row_masses: vec2<f32>; // of all classes of the lane's blocks, and of those up to the end of the blocks

// Before an invocation reads the row.
fn add_masses(base: Base, largest: f32, rate: Rate) {
  row_base = base;
  row_largest = largest;
  row_rate = rate;
}

fn masses_of_lane() -> vec2<f32> {
  return row_masses;
}

// Whether rows in this state are drawn from.
fn is_drawn(state: u32) -> bool {
  return state == SPARSE;
}

// The lane's first group to draw from, of those from `first` on.
fn kept_group(first: u32, end: u32) -> u32 {
  var group = first;
  while (group < end) {
    let column = group * 8u;
    let a = load_four(row_base, column);
    let b = load_four(row_base, column + 4u);
    let keys_a = keys_of_bits(a);
    let keys_b = keys_of_bits(b);
    let mass_a = decay4(finite4(a), row_largest, row_rate);
    let mass_b = decay4(finite4(b), row_largest, row_rate);
    let line = vec4<u32>(row_reach.key);
    let above = sum8(select(vec4<f32>(), mass_a, keys_a >= line), select(vec4<f32>(), mass_b, keys_b >= line));
    row_masses += vec2<f32>(sum8(mass_a, mass_b), above);
    if (any(are_kept(keys_a, column, row_end) | are_kept(keys_b, column + 4u, row_end))) {
      break;
    }
    group = next_group(group, end);
  }
  return group;
}
