// Merges runs of each row's classes, four neighbouring ones into one, after score.wgsl, until a row is one run. An invocation puts one class in
// its place. Twin: src/operations/sample/ordered.ts.

import package::ordered::runs::{groups_of_row, length_of_run, runs_in};
import package::shared::best::{Best, better_of};
import package::shared::params::params;

const MERGED = 4u;

@group(0) @binding(87) var<storage, read_write> runs_out: array<Best>;

// Classes of a run of its row, of which the last has fewer groups.
fn length_of(run: u32) -> u32 {
  return length_of_run(min(params.run_groups, groups_of_row() - run * params.run_groups));
}

// How many of a run, which begins at `begin`, are before a class that is not in it.
fn before(mine: Best, begin: u32, length: u32) -> u32 {
  var low = 0u;
  var high = length;
  while (low < high) {
    let middle = (low + high) / 2u;
    let other = runs_in[begin + middle];
    if (better_of(mine, other).class_ == mine.class_) {
      high = middle;
    } else {
      low = middle + 1u;
    }
  }
  return low;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let task = (workgroup.y * workgroups.x + workgroup.x) * 64u + index;
  let stride = length_of_run(params.run_groups);
  let runs = (groups_of_row() + params.run_groups - 1u) / params.run_groups;
  if (task >= params.rows * runs * stride) {
    return;
  }
  let row = task / (runs * stride);
  let run = task / stride % runs;
  var place = task % stride;
  if (place >= length_of(run)) {
    return;
  }
  let mine = runs_in[task];
  let first = run - run % MERGED;
  for (var other = first; other < min(first + MERGED, runs); other++) {
    if (other != run) {
      place += before(mine, (row * runs + other) * stride, length_of(other));
    }
  }
  let merged_stride = length_of_run(MERGED * params.run_groups);
  let merged_runs = (runs + MERGED - 1u) / MERGED;
  if (place < merged_stride) {
    runs_out[(row * merged_runs + run / MERGED) * merged_stride + place] = mine;
  }
}
