// Draws a class of each row from its sorted logits: of the first TOP_K, those before which less than TOP_P of their mass lies. A workgroup
// has a row, and each lane a run of neighbouring columns.

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read> classes: array<u32>;
@group(0) @binding(2) var<storage, read_write> indices: array<u32>;
@group(0) @binding(3) var<uniform> seed: u32;

override SIZE: u32;
override TOP_K: u32;
override TOP_P: f32;

const WORKGROUP = 256u;

var<workgroup> sh_sums: array<f32, WORKGROUP>;

// From 0 up to 1, from a hash by Thomas Wang.
fn uniform_of(row: u32) -> f32 {
  var x = row ^ seed;
  x = (x ^ 61u) ^ (x >> 16u);
  x *= 9u;
  x = x ^ (x >> 4u);
  x *= 0x27d4eb2du;
  x = x ^ (x >> 15u);
  return f32(x >> 8u) * 0x1p-24;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let base = workgroup.x * SIZE;
  let top = values[base];
  let run = (TOP_K + WORKGROUP - 1u) / WORKGROUP;
  let begin = min(lane * run, TOP_K);
  let end = min(begin + run, TOP_K);
  var sum = 0.0;
  for (var i = begin; i < end; i++) {
    sum += exp(values[base + i] - top);
  }
  sh_sums[lane] = sum;
  workgroupBarrier();
  if (lane > 0u) {
    return;
  }
  var all = 0.0;
  for (var i = 0u; i < WORKGROUP; i++) {
    all += sh_sums[i];
  }
  // The mass that is kept: whole runs, then the columns of the last one.
  let share = TOP_P * all;
  var kept = 0.0;
  var last = 0u;
  while (last < WORKGROUP - 1u && kept + sh_sums[last] < share) {
    kept += sh_sums[last];
    last++;
  }
  for (var i = last * run; i < TOP_K && kept < share; i++) {
    kept += exp(values[base + i] - top);
  }
  let pick = uniform_of(workgroup.x) * kept;
  var before = 0.0;
  var at = 0u;
  while (at < WORKGROUP - 1u && before + sh_sums[at] <= pick) {
    before += sh_sums[at];
    at++;
  }
  var i = at * run;
  before += exp(values[base + i] - top);
  while (i + 1u < TOP_K && before <= pick) {
    i++;
    before += exp(values[base + i] - top);
  }
  indices[workgroup.x] = classes[base + i];
}
