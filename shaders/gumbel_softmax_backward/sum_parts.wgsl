// Adds up what the params.parts tasks of each row left, params.classes values each, in the order of the tasks; or finds the largest of
// their statuses. An invocation makes one sum. Where params.add_rows is 1, what lies there counts too.

import package::shared::params::params;

@group(0) @binding(18) var<storage, read_write> sums: array<u32>;
@group(0) @binding(8) var<storage, read> partials: array<u32>;

override LARGEST: bool = false;

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
  var largest = 0u;
  for (var part = 0u; part < params.parts; part++) {
    let word = partials[(row * params.parts + part) * params.classes + c];
    if (LARGEST) {
      largest = max(largest, word);
    } else {
      sum += bitcast<f32>(word);
    }
  }
  if (params.add_rows == 1u) {
    largest = max(largest, sums[at]);
    sum += bitcast<f32>(sums[at]);
  }
  sums[at] = select(bitcast<u32>(sum), largest, LARGEST);
}
