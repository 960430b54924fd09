// Hard Gumbel-softmax of rows short enough for a lane each: the one-hot of the drawn class. Twin: src/cpu/gumbel_softmax.ts.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> row_params: array<RowParams>;

override LOG_PROBS: bool = false;
override ONE_DRAW: bool = false; // of each row, which takes no division
const LANES = 1u;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let task = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  if (task >= params.rows * params.samples) {
    return;
  }
  let row = select(task / params.samples, task, ONE_DRAW);
  let draw = select(task % params.samples, 0u, ONE_DRAW);
  let drawn_row = row_draw(params.first_row + row);
  let base = params.logits_offset + row * params.row_stride;
  var found = contest(base, drawn_row, draw);
  if (LOG_PROBS && is_score(found.key)) {
    found.logit = bitcast<f32>(load_class(base, found.class_ - params.class_offset));
  }
  write_one_hot(params.samples_offset + task * params.samples_stride, 0u, (params.classes + 7u) / 8u, 0u, found);
  write_result(params.first_row * params.samples + task, found, drawn_row.temperature);
}
