// The two passes of the gradient of Gumbel-softmax over rows that are not held. Expects: params, LANES, ONE_DRAW; validity,
// backward. Where a row has one draw, the first leaves scores where the gradient will lie, for the second to read.

// First pass over the groups [first, end): what the lane finds.
fn weigh(base: u32, values_base: u32, out_base: u32, row: RowDraw, draw: u32, first: u32, end: u32, lane: u32) -> Found {
  let inverse = relaxation_of(row).inverse;
  var mine = nothing_weighed();
  var validity = nothing_seen();
  for (var group = first + lane; group < end; group += LANES) {
    let c = group * 8u;
    let a = load_four(base, c);
    let b = load_four(base, c + 4u);
    validity = seen(validity, a, b);
    let keys = keys_of(a, b, true, group, row, draw);
    if (ONE_DRAW) {
      store_words(out_base, c, keys.a);
      store_words(out_base, c + 4u, keys.b);
    }
    let g_a = load_values(values_base, c);
    let g_b = load_values(values_base, c + 4u);
    mine = weighed(mine, keys, g_a, g_b, params.class_offset + c, inverse);
  }
  mine.scan.key = checked_key(mine.scan.key, validity);
  return mine;
}

// Second pass: adds the draw's gradient to what lies at `out_base`, or writes it if it is the first; gives the lane's terms.
fn spread(
  base: u32,
  values_base: u32,
  out_base: u32,
  row: RowDraw,
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
      keys = keys_of(load_four(base, c), load_four(base, c + 4u), true, group, row, draw);
    }
    terms += add_gradient(base, values_base, out_base, c, keys, softmax, is_first);
  }
  return terms;
}
