// Tasks of the gradient of Gumbel-softmax: a row, or one of params.parts shares of its draws, whose gradients a lane adds up where
// it wrote them. LANES lanes do a task; a workgroup of 64 does 64 / LANES. Expects: params, LANES, ONE_DRAW; backward_result;
// add_draw of the kernel.

// Where a draw lies and its gradient goes.
struct Places {
  base: u32,         // of the logits
  values_base: u32,
  given_base: u32,
  out_base: u32,
  classes: u32,      // of the row; 0 where there is no draw
}

// What draws give: the key of the first, and the lane's sums for write_backward.
struct Gradient {
  key: u32,
  terms: vec2<f32>,
}

// By all lanes, in uniform control flow.
fn do_task(workgroup: u32, index: u32) {
  let slot = index / LANES;
  let lane = index % LANES;
  let task = workgroup * (64u / LANES) + slot;
  let inside = task < params.rows * params.parts;
  let row = select(0u, select(task / params.parts, task, ONE_DRAW), inside);
  let drawn_row = row_draw(params.first_row + row);
  var at: Places;
  at.base = params.logits_offset + row * params.row_stride;
  at.out_base = params.samples_offset + task * params.samples_stride;

  var gradient = Gradient(KEY_NONE, vec2<f32>());
  // SwiftShader takes one and a half to three times as long over short rows where there is a loop, if only of one turn.
  if (ONE_DRAW) {
    at.values_base = params.values_offset + row * params.values_stride;
    at.given_base = params.given_offset + row * params.given_stride;
    at.classes = select(0u, params.classes, inside);
    gradient = add_draw(at, lane, slot, drawn_row, 0u, true);
  } else {
    let draws = (params.samples + params.parts - 1u) / params.parts;
    for (var i = 0u; i < draws; i++) {
      let draw = task % params.parts * draws + i;
      let drawn = inside && draw < params.samples;
      let number = row * params.samples + select(0u, draw, drawn);
      at.values_base = params.values_offset + number * params.values_stride;
      at.given_base = params.given_offset + number * params.given_stride;
      at.classes = select(0u, params.classes, drawn);
      let one = add_draw(at, lane, slot, drawn_row, draw, i == 0u);
      gradient = Gradient(select(gradient.key, one.key, i == 0u), gradient.terms + one.terms);
    }
  }
  write_backward(task, lane, slot, inside, gradient.key, gradient.terms, drawn_row);
}
