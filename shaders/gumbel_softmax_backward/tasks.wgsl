// Says what a task of the gradient does: the draws of a row, or one of params.parts shares of them, whose gradients a lane adds up
// where it wrote them. LANES lanes do a task; a workgroup does WORKGROUP / LANES.

import package::shared::lanes::{LANES, WORKGROUP};
import package::shared::logits::{Base, base_of};
import package::shared::one_draw::ONE_DRAW;
import package::shared::params::params;

struct Task {
  number: u32,
  row: u32,      // of this dispatch, 0 outside
  inside: bool,
  slot: u32,     // the task's place in its workgroup
  lane: u32,
}

// One draw of a task, where it lies and where its gradient goes.
struct Draw {
  number: u32,
  base: Base,        // of the logits
  in_base: u32,
  soft_base: u32,
  out_base: u32,
  classes: u32,      // of the row; 0 where there is no draw
  is_first: bool,    // of all the row's: writes its gradient, to which later ones add
}

// What draws give: the largest of their keys, and the lane's sums for write_backward.
struct Gradient {
  key: u32,
  terms: vec2<f32>,
}

fn task_of(workgroup: u32, index: u32) -> Task {
  let slot = index / LANES;
  let number = workgroup * (WORKGROUP / LANES) + slot;
  let inside = number < params.rows * params.parts;
  return Task(number, select(0u, select(number / params.parts, number, ONE_DRAW), inside), inside, slot, index % LANES);
}

fn draws_a_task() -> u32 {
  return (params.num_samples + params.parts - 1u) / params.parts;
}

// The task's draw `i`.
fn draw_of(task: Task, i: u32) -> Draw {
  var draw = 0u;
  var drawn = task.inside;
  var place = task.row;
  if (!ONE_DRAW) {
    draw = task.number % params.parts * draws_a_task() + i;
    drawn = task.inside && draw < params.num_samples;
    place = task.row * params.num_samples + select(0u, draw, drawn);
  }
  return Draw(
    draw + params.first_draw,
    base_of(task.row),
    params.rows_in_offset + place * params.rows_in_stride,
    params.soft_offset + place * params.soft_stride,
    params.rows_out_offset + task.number * params.rows_out_stride,
    select(0u, params.classes, drawn),
    // Known to compilers where a row has one draw: software adapters would run both sides of the branch.
    ONE_DRAW || (i == 0u && params.add_rows == 0u),
  );
}

// What draws give with one more, or with none.
fn with_draw(before: Gradient, draw: Draw, one: Gradient) -> Gradient {
  let key = select(before.key, max(before.key, one.key), draw.classes > 0u);
  return Gradient(key, before.terms + one.terms);
}
