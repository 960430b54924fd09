// Goes through the groups of eight classes of those blocks that hold a class up to an end: a lane has every LANES-th block, and looks for its
// next by itself, so that lanes that run as one have one each. Same signatures as shared/every_group.wgsl.

import package::filter::end::{End, is_kept};
import package::filter::tops_out::tops;
import package::nucleus::masses::kept_group;
import package::shared::lanes::LANES;

var<private> row_reach: End; // of the blocks, by their largest
var<private> row_tops: u32;  // where these begin

// Before an invocation reads the row.
fn go_by_tops(reach: End, begin: u32) {
  row_reach = reach;
  row_tops = begin;
}

fn first_group(first: u32, end: u32, lane: u32) -> u32 {
  return kept_group(kept_block(first / 8u + lane, end) * 8u, end);
}

fn group_after(group: u32, end: u32) -> u32 {
  return kept_group(next_group(group, end), end);
}

fn next_group(group: u32, end: u32) -> u32 {
  if ((group & 7u) != 7u) {
    return group + 1u;
  }
  return kept_block(group / 8u + LANES, end) * 8u;
}

// The lane's first block, of those from `first` on.
fn kept_block(first: u32, end: u32) -> u32 {
  var block = first;
  while (block * 8u < end && !is_kept(tops[row_tops + block], block * 64u, row_reach)) {
    block += LANES;
  }
  return block;
}
