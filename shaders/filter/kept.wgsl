// Keeps the classes of a row up to an end, which an invocation sets before it reads the row. Same signatures as shared/all_kept.wgsl.

import package::filter::end::are_kept;
import package::filter::keys::keys_of_bits;
import package::filter::row_end::row_end;
import package::shared::float_bits::NEGATIVE_INFINITY;

// Bits of classes 4 * four and up, -inf where they are dropped.
fn kept_four(bits: vec4<u32>, four: u32) -> vec4<u32> {
  return select(vec4<u32>(NEGATIVE_INFINITY), bits, are_kept(keys_of_bits(bits), four * 4u, row_end));
}

fn kept_class(bits: u32, c: u32) -> u32 {
  return select(NEGATIVE_INFINITY, bits, are_kept(keys_of_bits(vec4<u32>(bits)), c, row_end).x);
}
