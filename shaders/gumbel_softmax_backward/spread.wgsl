// The second pass of the gradient over rows that are not held: writes it.

import package::gumbel_softmax_backward::found::weights4;
import package::gumbel_softmax_backward::gradient::{Softmax, add_gradient4};
import package::shared::keys::{Keys, scored_of};
import package::shared::lanes::LANES;
import package::shared::logits::{Base, load_four};
import package::shared::one_draw::ONE_DRAW;
import package::shared::row_settings::RowSettings;
import package::shared::rows_in_f32::load_rows_in;
import package::shared::rows_out_f32::held_words;

// Second pass: adds the draw's gradient to what lies at `out_base`, or writes it if it is the first; gives the lane's terms.
fn spread(
  base: Base,
  in_base: u32,
  out_base: u32,
  row: RowSettings,
  draw: u32,
  first: u32,
  end: u32,
  lane: u32,
  softmax: Softmax,
  is_first: bool,
) -> vec2<f32> {
  var terms = vec2<f32>();
  for (var group = first + lane; group < end; group += LANES) {
    let c = group * 8u;
    var keys: Keys;
    if (ONE_DRAW) {
      keys = Keys(held_words(out_base, c), held_words(out_base, c + 4u));
    } else {
      keys = scored_of(load_four(base, c), load_four(base, c + 4u), true, group, row, draw).keys;
    }
    let w_a = weights4(keys.a, softmax.best, softmax.rate);
    let w_b = weights4(keys.b, softmax.best, softmax.rate);
    terms += add_gradient4(base, out_base, c, keys.a, w_a, load_rows_in(in_base, c), softmax, is_first);
    terms += add_gradient4(base, out_base, c + 4u, keys.b, w_b, load_rows_in(in_base, c + 4u), softmax, is_first);
  }
  return terms;
}
