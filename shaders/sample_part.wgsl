// Gumbel-max over a part of a long row: a workgroup scans one part and leaves what it found to a kernel that combines.
// Twin: src/cpu/sample.ts.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> row_params: array<RowParams>;
@group(0) @binding(8) var<storage, read_write> partials: array<Scan>;

const LANES = 64u;
override LOG_PROBS: bool = false;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let part = part_of(workgroup.y * workgroups.x + workgroup.x);
  let drawn_row = row_draw(params.first_row + part.row);
  let base = params.logits_offset + part.row * params.row_stride;
  let mine = scan(base, drawn_row, part.draw, part.first, part.end, lane, 0u);
  var whole = gather(lane, 0u, mine, drawn_row.temperature);
  if (part.inside && lane == 0u) {
    if (LOG_PROBS && is_score(whole.key)) {
      whole.logit = bitcast<f32>(load_class(base, whole.class_ - params.class_offset));
    }
    partials[part.task * params.total_parts + params.first_part + part.number] = whole;
  }
}
