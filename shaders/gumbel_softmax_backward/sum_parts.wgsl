// Adds up what the params.parts tasks of each row left, params.classes values each, in the order of the tasks. An invocation makes
// one sum. Where params.first_draw is not 0, the sum is added to what lies there.

import package::shared::params::params;

@group(0) @binding(18) var<storage, read_write> sums: array<f32>;
@group(0) @binding(8) var<storage, read> partials: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (workgroup.y * workgroups.x + workgroup.x) * 64u + lane;
  let row = id / params.classes;
  let c = id % params.classes;
  if (row >= params.rows) {
    return;
  }
  let at = params.rows_out_offset + row * params.rows_out_stride + c;
  var sum = 0.0;
  for (var part = 0u; part < params.parts; part++) {
    sum += partials[(row * params.parts + part) * params.classes + c];
  }
  if (params.add_rows == 1u) {
    sum += sums[at];
  }
  sums[at] = sum;
}
