// The argmax of each row of a [ROWS, CLASSES] matrix, read once. Expects: score(logit, row, class).
// LANES lanes share a part of a row; with PARTS > 1 a row's parts are brought together by argmax_parts.wgsl.

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> part_scores: array<f32>;
@group(0) @binding(3) var<uniform> seed: u32;

override ROWS: u32;
override CLASSES: u32;
override PARTS: u32;
override LANES: u32; // a power of two to 64

const WORKGROUP = 64u;

var<workgroup> sh_scores: array<f32, WORKGROUP>;
var<workgroup> sh_classes: array<u32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let lane = index % LANES;
  let task = (workgroup.y * workgroups.x + workgroup.x) * (WORKGROUP / LANES) + index / LANES;
  let row = task / PARTS;
  let part = task % PARTS;
  let length = (CLASSES + PARTS - 1u) / PARTS;
  let end = select(0u, min((part + 1u) * length, CLASSES), row < ROWS);

  var best_score = -3.4e38;
  var best_class = 0u;
  for (var c = part * length + lane; c < end; c += LANES) {
    let s = score(logits[row * CLASSES + c], row, c);
    if (s > best_score) {
      best_score = s;
      best_class = c;
    }
  }

  sh_scores[index] = best_score;
  sh_classes[index] = best_class;
  for (var width = LANES / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lane < width && sh_scores[index + width] > sh_scores[index]) {
      sh_scores[index] = sh_scores[index + width];
      sh_classes[index] = sh_classes[index + width];
    }
  }
  if (lane == 0u && row < ROWS) {
    indices[task] = sh_classes[index];
    if (PARTS > 1u) {
      part_scores[task] = sh_scores[index];
    }
  }
}
