// Writes the one-hot of a class.

import package::shared::gather::Scan;
import package::shared::lanes::LANES;
import package::shared::params::params;
import package::shared::rows_out_f32::store_four;
import package::shared::score::is_score;

// Its values for the four classes from `first`.
fn one_hot4(first: u32, class_: u32) -> vec4<f32> {
  return select(vec4<f32>(), vec4<f32>(1.0), vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) == vec4<u32>(class_));
}

// Writes the groups [first, end) of the drawn class's one-hot; 0 in a row without a distribution.
fn write_one_hot(out_base: u32, first: u32, end: u32, lane: u32, whole: Scan) {
  let drawn_class = select(0xffffffffu, whole.class_ - params.class_offset, is_score(whole.key));
  for (var group = first + lane; group < end; group += LANES) {
    store_four(out_base, group * 8u, one_hot4(group * 8u, drawn_class));
    store_four(out_base, group * 8u + 4u, one_hot4(group * 8u + 4u, drawn_class));
  }
}
