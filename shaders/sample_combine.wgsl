// Brings the parts of long rows together, a workgroup a draw. Twin: src/cpu/sample.ts.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> row_params: array<RowParams>;
@group(0) @binding(8) var<storage, read> partials: array<Scan>;

const LANES = 64u;
override LOG_PROBS: bool = false;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let task = workgroup.y * workgroups.x + workgroup.x;
  let inside = task < params.rows * params.samples;
  let drawn_row = row_draw(params.first_row + select(0u, task / params.samples, inside));
  let whole = combine(task, drawn_row, inside, lane);
  if (inside && lane == 0u) {
    write_result(params.first_row * params.samples + task, whole, drawn_row.temperature);
  }
}
