// Sorts each row of a [ROWS, SIZE] matrix of logits and their classes, largest first, by a bitonic network: load_and_sort sorts blocks,
// exchange does one step whose pairs are a block or more apart, and sort_blocks the rest of a stage. SIZE is a power of two; columns
// from CLASSES on sort last.

struct Step {
  stage: u32,    // length of the sequences that the stage merges into
  distance: u32, // of the classes that are compared
}

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> classes: array<u32>;
@group(0) @binding(3) var<uniform> step: Step;

override CLASSES: u32;
override SIZE: u32;

const BLOCK = 512u;
const WORKGROUP = 256u;
const LEAST = -3.4e38;

var<workgroup> sh_values: array<f32, BLOCK>;
var<workgroup> sh_classes: array<u32, BLOCK>;

// The lower of the two columns of a pair.
fn lower_of(pair: u32, distance: u32) -> u32 {
  return 2u * pair - (pair % distance);
}

// One step of a stage in workgroup memory. `begin` is the block's first column in its row.
fn exchange_shared(begin: u32, pair: u32, stage: u32, distance: u32) {
  let at = lower_of(pair, distance);
  let descending = ((begin + at) & stage) == 0u;
  let a = sh_values[at];
  let b = sh_values[at + distance];
  if ((a < b) == descending && a != b) {
    sh_values[at] = b;
    sh_values[at + distance] = a;
    let class_ = sh_classes[at];
    sh_classes[at] = sh_classes[at + distance];
    sh_classes[at + distance] = class_;
  }
}

fn store_block(first: u32, lane: u32) {
  for (var i = lane; i < BLOCK; i += WORKGROUP) {
    values[first + i] = sh_values[i];
    classes[first + i] = sh_classes[i];
  }
}

@compute @workgroup_size(WORKGROUP)
fn load_and_sort(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(num_workgroups) workgroups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = (workgroup.y * workgroups.x + workgroup.x) * BLOCK;
  let row = first / SIZE;
  let begin = first % SIZE;
  for (var i = lane; i < BLOCK; i += WORKGROUP) {
    let column = begin + i;
    sh_values[i] = select(LEAST, logits[row * CLASSES + min(column, CLASSES - 1u)], column < CLASSES);
    sh_classes[i] = column;
  }
  for (var stage = 2u; stage <= BLOCK; stage *= 2u) {
    for (var distance = stage / 2u; distance > 0u; distance /= 2u) {
      workgroupBarrier();
      exchange_shared(begin, lane, stage, distance);
    }
  }
  workgroupBarrier();
  store_block(first, lane);
}

@compute @workgroup_size(WORKGROUP)
fn exchange(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(num_workgroups) workgroups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let at = lower_of((workgroup.y * workgroups.x + workgroup.x) * WORKGROUP + lane, step.distance);
  let descending = ((at % SIZE) & step.stage) == 0u;
  let a = values[at];
  let b = values[at + step.distance];
  if ((a < b) == descending && a != b) {
    values[at] = b;
    values[at + step.distance] = a;
    let class_ = classes[at];
    classes[at] = classes[at + step.distance];
    classes[at + step.distance] = class_;
  }
}

@compute @workgroup_size(WORKGROUP)
fn sort_blocks(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(num_workgroups) workgroups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = (workgroup.y * workgroups.x + workgroup.x) * BLOCK;
  for (var i = lane; i < BLOCK; i += WORKGROUP) {
    sh_values[i] = values[first + i];
    sh_classes[i] = classes[first + i];
  }
  for (var distance = BLOCK / 2u; distance > 0u; distance /= 2u) {
    workgroupBarrier();
    exchange_shared(first % SIZE, lane, step.stage, distance);
  }
  workgroupBarrier();
  store_block(first, lane);
}
