// Lists classes of a row in workgroup memory and sorts them. All lanes of the workgroup call, in uniform control flow.

import package::filter::blocks::{BLOCK_FOURS, MOST_LISTED, blocks_of_row};
import package::filter::end::{End, is_kept};
import package::filter::keys::keys_of_bits;
import package::filter::memory::{sh_high, sh_low};
import package::filter::tops_out::tops;
import package::shared::lanes::WORKGROUP;
import package::shared::logits::{Base, load_four};

var<workgroup> sh_keys: array<u32, 512>;
var<workgroup> sh_columns: array<u32, 512>;
var<workgroup> sh_listed: atomic<u32>;
var<workgroup> sh_size: u32;

// The classes up to an end whose keys are at most `high`: their number, or more than MOST_LISTED, and then not all are listed.
fn list_candidates(row: u32, base: Base, end: End, high: u32, lane: u32) -> u32 {
  if (lane == 0u) {
    atomicStore(&sh_listed, 0u);
  }
  workgroupBarrier();
  let blocks = blocks_of_row();
  for (var block = lane; block < blocks && atomicLoad(&sh_listed) <= MOST_LISTED; block += WORKGROUP) {
    if (!is_kept(tops[row * blocks + block], 64u * block, end)) {
      continue;
    }
    for (var i = 0u; i < BLOCK_FOURS; i++) {
      let column = 4u * (block * BLOCK_FOURS + i);
      let keys = keys_of_bits(load_four(base, column));
      if (any(keys >= vec4<u32>(end.key))) {
        for (var j = 0u; j < 4u; j++) {
          list_candidate(keys[j], column + j, end, high);
        }
      }
    }
  }
  workgroupBarrier();
  if (lane == 0u) {
    sh_size = atomicLoad(&sh_listed);
  }
  return workgroupUniformLoad(&sh_size);
}

fn list_candidate(key: u32, column: u32, end: End, high: u32) {
  if (key <= high && is_kept(key, column, end)) {
    let place = atomicAdd(&sh_listed, 1u);
    if (place < MOST_LISTED) {
      sh_keys[place] = key;
      sh_columns[place] = column;
    }
  }
}

// The i-th of the sorted list.
fn sorted_key(i: u32) -> u32 {
  return atomicLoad(&sh_low[i]);
}

fn sorted_column(i: u32) -> u32 {
  return atomicLoad(&sh_high[i]);
}

// Puts the first `count` of the list, at most MOST_LISTED, into the order of classes: each in the place after those before it. A lane
// places four at a time, so that it reads the list for four at once.
fn sort_candidates(count: u32, lane: u32) {
  for (var i = lane; i < count; i += 4u * WORKGROUP) {
    let own = min(vec4<u32>(i) + WORKGROUP * vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(MOST_LISTED - 1u));
    let keys = vec4<u32>(sh_keys[own.x], sh_keys[own.y], sh_keys[own.z], sh_keys[own.w]);
    let columns = vec4<u32>(sh_columns[own.x], sh_columns[own.y], sh_columns[own.z], sh_columns[own.w]);
    var places = vec4<u32>();
    for (var j = 0u; j < count; j++) {
      let key = vec4<u32>(sh_keys[j]);
      let before = (key > keys) | ((key == keys) & (vec4<u32>(sh_columns[j]) < columns));
      places += select(vec4<u32>(), vec4<u32>(1u), before);
    }
    for (var k = 0u; k < 4u; k++) {
      if (i + k * WORKGROUP < count) {
        atomicStore(&sh_low[places[k]], keys[k]);
        atomicStore(&sh_high[places[k]], columns[k]);
      }
    }
  }
  workgroupBarrier();
}
