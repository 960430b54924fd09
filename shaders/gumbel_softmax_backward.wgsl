// The gradient of Gumbel-softmax for rows that their lanes hold whole, its noise made again. Twin:
// src/cpu/gumbel_softmax_backward.ts.
//
// Each step over the groups that a lane holds is a function called by number, as in gumbel_softmax.wgsl.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> row_params: array<RowParams>;

override LANES: u32 = 64u;  // a power of two to 64
override FOURS: u32 = 8u;   // vectors of four classes that a lane holds, to 8; odd only where LANES is 1
override SCALES: bool = false;
override ONE_DRAW: bool = false; // of each row
const LOG_PROBS = false;

// A lane's part of a row, and what it knows of it.
struct Held {
  groups: array<Keys, 4>,
  found: Found,
  validity: Validity,
}

fn hold(held: ptr<function, Held>, i: u32, at: Places, lane: u32, row: RowDraw, draw: u32, inverse: f32) {
  let group = lane + i * LANES;
  let c = group * 8u;
  (*held).groups[i] = Keys();
  if (c < at.classes) {
    let a = load_four(at.base, c);
    let b = load_four(at.base, c + 4u);
    let keys = keys_of(a, b, i * 2u + 1u < FOURS, group, row, draw);
    let g_a = load_values(at.values_base, c);
    let g_b = load_values(at.values_base, c + 4u);
    (*held).groups[i] = keys;
    (*held).validity = seen((*held).validity, a, b);
    (*held).found = weighed((*held).found, keys, g_a, g_b, params.class_offset + c, inverse);
  }
}

fn add(held: ptr<function, Held>, i: u32, at: Places, lane: u32, softmax: Softmax, first: bool) -> vec2<f32> {
  let c = (lane + i * LANES) * 8u;
  if (c < at.classes) {
    return add_gradient(at.base, at.values_base, at.out_base, c, (*held).groups[i], softmax, first);
  }
  return vec2<f32>();
}

// Adds the gradient of one draw to what lies at its place, or writes it if it is the task's first. Uniform control flow only.
fn add_draw(at: Places, lane: u32, slot: u32, row: RowDraw, draw: u32, first: bool) -> Gradient {
  let inverse = relaxation_of(row).inverse;
  var held = Held(array<Keys, 4>(), nothing_weighed(), nothing_seen());
  hold(&held, 0u, at, lane, row, draw, inverse);
  if (FOURS > 2u) { hold(&held, 1u, at, lane, row, draw, inverse); }
  if (FOURS > 4u) { hold(&held, 2u, at, lane, row, draw, inverse); }
  if (FOURS > 6u) { hold(&held, 3u, at, lane, row, draw, inverse); }

  var mine = held.found;
  mine.scan.key = checked_key(mine.scan.key, held.validity);
  let whole = gather_weighed(lane, slot, mine, at.values_base, inverse);
  let softmax = softmax_of(whole, at.base, inverse);
  var terms = add(&held, 0u, at, lane, softmax, first);
  if (FOURS > 2u) { terms += add(&held, 1u, at, lane, softmax, first); }
  if (FOURS > 4u) { terms += add(&held, 2u, at, lane, softmax, first); }
  if (FOURS > 6u) { terms += add(&held, 3u, at, lane, softmax, first); }
  return Gradient(whole.scan.key, terms);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  do_task(workgroup.y * workgroups.x + workgroup.x, index);
}
