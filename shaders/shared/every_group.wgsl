// Goes through all groups of eight classes of a row, or of a part of it: a lane has every LANES-th. Variant with the same signatures, for
// draws from few blocks: nucleus/groups.wgsl.

import package::shared::lanes::LANES;

fn first_group(first: u32, end: u32, lane: u32) -> u32 {
  return first + lane;
}

fn group_after(group: u32, end: u32) -> u32 {
  return group + LANES;
}
