// The gradient of Gumbel-softmax for rows too long to hold: two reads of a row for each draw. Twin:
// src/cpu/gumbel_softmax_backward.ts.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> row_params: array<RowParams>;

override LANES: u32 = 64u; // a power of two to 64
override SCALES: bool = false;
override ONE_DRAW: bool = false; // of each row
const LOG_PROBS = false;

// Adds the gradient of one draw to what lies at its place, or writes it if it is the task's first. Uniform control flow only.
fn add_draw(at: Places, lane: u32, slot: u32, row: RowDraw, draw: u32, first: bool) -> Gradient {
  let inverse = relaxation_of(row).inverse;
  let groups = (at.classes + 7u) / 8u;
  let mine = weigh(at.base, at.values_base, at.out_base, row, draw, 0u, groups, lane);
  let whole = gather_weighed(lane, slot, mine, at.values_base, inverse);
  let softmax = softmax_of(whole, at.base, inverse);
  let terms = spread(at.base, at.values_base, at.out_base, row, draw, 0u, groups, lane, softmax, first);
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
