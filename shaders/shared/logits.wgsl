// Reads the logits of rows, as bits. Variant with the same signatures, for logits with a bias or a bitmask: adjust/logits.wgsl.

import package::shared::logits_f32::{given_class, given_nearest, within};
import package::shared::params::params;

// Where a row begins.
struct Base {
  logits: u32,
}

// `row` is of this dispatch.
fn base_of(row: u32) -> Base {
  return Base(params.logits_offset + row * params.logits_stride);
}

// Bits of class c, -inf past the last class.
fn load_class(base: Base, c: u32) -> u32 {
  return given_class(base.logits, c);
}

// Bits of classes 4 * four and up; what stands past the last class, some of the row's.
fn load_nearest(base: Base, four: u32) -> vec4<u32> {
  return given_nearest(base.logits, four);
}

// Bits of class c and the three after it, -inf past the last class; c is a multiple of 4.
fn load_four(base: Base, c: u32) -> vec4<u32> {
  return within(load_nearest(base, c / 4u), c / 4u);
}
