// Gives what a range's one lane found: LANES is 1. Same signature as sum_of_workgroup.wgsl.

fn sum_of_lanes(mine: vec2<u32>) -> vec2<u32> {
  return mine;
}
