// The best of the PARTS parts of each row that row_argmax.wgsl left; an invocation a row.

@group(0) @binding(0) var<storage, read> part_indices: array<u32>;
@group(0) @binding(1) var<storage, read> part_scores: array<f32>;
@group(0) @binding(2) var<storage, read_write> indices: array<u32>;

override ROWS: u32;
override PARTS: u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.x;
  if (row >= ROWS) {
    return;
  }
  var best = row * PARTS;
  for (var p = best + 1u; p < (row + 1u) * PARTS; p++) {
    if (part_scores[p] > part_scores[best]) {
      best = p;
    }
  }
  indices[row] = part_indices[best];
}
