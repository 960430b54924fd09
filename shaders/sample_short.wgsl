// Gumbel-max over rows short enough for a lane each: draws a class of each row, and no scores. Twin: src/cpu/sample.ts.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> row_params: array<RowParams>;

override LOG_PROBS: bool = false;
override ONE_DRAW: bool = false; // of each row, which takes no division

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
  write_result(params.first_row * params.samples + task, found, drawn_row.temperature);
}
