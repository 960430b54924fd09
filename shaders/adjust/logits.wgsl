// Reads the logits of rows, as bits, with their bias and penalties, and banned where their bitmask does not allow them. Same signatures as
// shared/logits.wgsl.
// Twin: src/adjust/compute.ts.

import package::adjust::bias::{biased, biased_class};
import package::adjust::bitmask::{allowed, allowed_class};
import package::adjust::penalized::{with_penalties, with_penalty};
import package::shared::logits_f32::{given_class, given_nearest, nearest_places, within};
import package::shared::params::params;

// Where a row begins.
struct Base {
  logits: u32,
  bias: u32,
  penalized: u32,
  marks: u32,
  bitmask: u32,
}

// `row` is of this dispatch.
fn base_of(row: u32) -> Base {
  let penalized_base = params.penalized_offset + row * params.penalized_stride;
  return Base(
    params.logits_offset + row * params.logits_stride,
    params.bias_offset + row * params.bias_stride,
    penalized_base,
    penalized_base + params.classes,
    params.bitmask_offset + row * params.bitmask_stride,
  );
}

// Bits of class c, -inf past the last class.
fn load_class(base: Base, c: u32) -> u32 {
  let place = min(c, params.classes - 1u);
  let sum = biased_class(given_class(base.logits, c), base.bias, place);
  return allowed_class(with_penalty(sum, base.penalized, base.marks, place), base.bitmask, place);
}

// Bits of classes 4 * four and up; what stands past the last class, some of the row's.
fn load_nearest(base: Base, four: u32) -> vec4<u32> {
  let places = nearest_places(four);
  let sums = biased(given_nearest(base.logits, four), base.bias, places);
  return allowed(with_penalties(sums, base.penalized, base.marks, places), base.bitmask, places);
}

// Bits of class c and the three after it, -inf past the last class; c is a multiple of 4.
fn load_four(base: Base, c: u32) -> vec4<u32> {
  return within(load_nearest(base, c / 4u), c / 4u);
}
