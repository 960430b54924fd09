// Lists classes of a row in workgroup memory and sorts them. All lanes of the workgroup call, in uniform control flow.

import package::filter::blocks::{BLOCK, BLOCK_FOURS, MOST_LISTED, blocks_of_row};
import package::filter::end::{End, are_kept, is_kept};
import package::filter::keys::keys_of_bits;
import package::filter::memory::{sh_counts, sh_high, sh_low};
import package::filter::tops_out::tops;
import package::shared::lanes::WORKGROUP;
import package::shared::logits::{Base, load_four};
import package::shared::math::mask4;
import package::shared::params::params;

const BUCKETS = 64u;

var<workgroup> sh_keys: array<u32, 512>;
var<workgroup> sh_columns: array<u32, 512>;
var<workgroup> sh_listed: atomic<u32>;
var<workgroup> sh_least: atomic<u32>; // the lowest key of the list
var<workgroup> sh_size: u32;

// The classes up to an end: their number, or more than MOST_LISTED, and then not all are listed.
fn list_candidates(row: u32, base: Base, end: End, lane: u32) -> u32 {
  // A block that may be kept has a class that is.
  let blocks = list_blocks(row, end, lane);
  if (blocks > MOST_LISTED) {
    return blocks;
  }
  clear_list(lane);
  // Lanes share the blocks that are kept, however few there are.
  for (var task = lane; task < blocks * BLOCK_FOURS && atomicLoad(&sh_listed) <= MOST_LISTED; task += WORKGROUP) {
    let column = BLOCK * atomicLoad(&sh_high[task / BLOCK_FOURS]) + 4u * (task % BLOCK_FOURS);
    let keys = keys_of_bits(load_four(base, column));
    var kept = mask4(are_kept(keys, column, end));
    while (kept != 0u) {
      let j = firstTrailingBit(kept);
      kept &= kept - 1u;
      let place = atomicAdd(&sh_listed, 1u);
      if (place < MOST_LISTED) {
        sh_keys[place] = keys[j];
        sh_columns[place] = column + j;
        atomicMin(&sh_least, keys[j]);
      }
    }
  }
  return size_of_list(lane);
}

// Lists the blocks that may have classes up to an end, in sh_high.
fn list_blocks(row: u32, end: End, lane: u32) -> u32 {
  clear_list(lane);
  let blocks = blocks_of_row();
  for (var block = lane; block < blocks && atomicLoad(&sh_listed) <= MOST_LISTED; block += WORKGROUP) {
    if (is_kept(tops[row * blocks + block], BLOCK * block, end)) {
      let place = atomicAdd(&sh_listed, 1u);
      if (place < MOST_LISTED) {
        atomicStore(&sh_high[place], block);
      }
    }
  }
  return size_of_list(lane);
}

fn clear_list(lane: u32) {
  workgroupBarrier();
  if (lane == 0u) {
    atomicStore(&sh_listed, 0u);
    atomicStore(&sh_least, 0xffffffffu);
  }
  workgroupBarrier();
}

fn size_of_list(lane: u32) -> u32 {
  workgroupBarrier();
  if (lane == 0u) {
    sh_size = atomicLoad(&sh_listed);
  }
  return workgroupUniformLoad(&sh_size);
}

// How the list is divided into buckets.
struct Buckets {
  top: u32,    // no key is above it
  tied: bool,  // all keys are equal, and columns decide
  shift: u32,  // the bits of the distance from the top, or of the column, in which classes of one bucket may differ
}

fn buckets_of(top: u32, end: End) -> Buckets {
  let range = top - atomicLoad(&sh_least);
  let tied = range == 0u;
  // All but the first six bits.
  return Buckets(top, tied, 32u - min(countLeadingZeros(select(range, min(end.column, params.classes), tied)) + 6u, 32u));
}

fn bucket_of(key: u32, column: u32, buckets: Buckets) -> u32 {
  return select(buckets.top - key, column, buckets.tied) >> buckets.shift;
}

// Puts the `count` classes of the list, at most MOST_LISTED, from the key `top` up to an end, into the order of classes: by buckets, and each
// in the place after those of its bucket that come before it.
fn sort_candidates(count: u32, top: u32, end: End, lane: u32) {
  let buckets = buckets_of(top, end);
  for (var i = lane; i < BUCKETS; i += WORKGROUP) {
    atomicStore(&sh_counts[i], 0u);
  }
  workgroupBarrier();
  for (var i = lane; i < count; i += WORKGROUP) {
    atomicAdd(&sh_counts[bucket_of(sh_keys[i], sh_columns[i], buckets)], 1u);
  }
  workgroupBarrier();
  if (lane == 0u) {
    var before = 0u;
    for (var bucket = 0u; bucket < BUCKETS; bucket++) {
      before += atomicExchange(&sh_counts[bucket], before);
    }
  }
  workgroupBarrier();
  for (var i = lane; i < count; i += WORKGROUP) {
    let place = atomicAdd(&sh_counts[bucket_of(sh_keys[i], sh_columns[i], buckets)], 1u);
    atomicStore(&sh_low[place], sh_keys[i]);
    atomicStore(&sh_high[place], sh_columns[i]);
  }
  workgroupBarrier();
  // The counts are where the buckets end, now.
  for (var i = lane; i < count; i += WORKGROUP) {
    let key = atomicLoad(&sh_low[i]);
    let column = atomicLoad(&sh_high[i]);
    let bucket = bucket_of(key, column, buckets);
    var place = 0u;
    if (bucket > 0u) {
      place = atomicLoad(&sh_counts[bucket - 1u]);
    }
    let end = atomicLoad(&sh_counts[bucket]);
    for (var j = place; j < end; j++) {
      let other = atomicLoad(&sh_low[j]);
      place += select(0u, 1u, other > key || (other == key && atomicLoad(&sh_high[j]) < column));
    }
    sh_keys[place] = key;
    sh_columns[place] = column;
  }
  workgroupBarrier();
}
